"""The table of endpoints: a new one is a new row."""

from ..features import Feature
from . import inventory, live, passcodes, records, settings
from .call import Endpoint, Right, Target

ENDPOINTS: dict[str, Endpoint] = {
    "/v3/user/getUid": Endpoint(handler=inventory.user_uid, target=Target.ACCOUNT),
    # inventory
    "/v3/lock/list": Endpoint(handler=inventory.lock_list, required=("pageNo", "pageSize"), target=Target.ACCOUNT),
    "/v3/lock/detail": Endpoint(handler=inventory.lock_detail, right=Right.ADMIN),
    "/v3/key/list": Endpoint(handler=inventory.key_list, required=("pageNo", "pageSize"), target=Target.ACCOUNT),
    "/v3/key/get": Endpoint(handler=inventory.key_get, target=Target.EKEY),
    "/v3/gateway/list": Endpoint(
        handler=inventory.gateway_list, required=("pageNo", "pageSize"), target=Target.ACCOUNT
    ),
    "/v3/gateway/detail": Endpoint(handler=inventory.gateway_detail, target=Target.GATEWAY),
    "/v3/gateway/listLock": Endpoint(handler=inventory.locks_by_gateway, target=Target.GATEWAY),
    "/v3/gateway/listByLock": Endpoint(handler=inventory.gateways_by_lock),
    "/v3/doorSensor/query": Endpoint(handler=inventory.door_sensor),
    "/v3/wifiLock/detail": Endpoint(handler=inventory.wifi_detail),
    # live operations
    "/v3/lock/unlock": Endpoint(
        handler=live.unlock,
        right=Right.REMOTE,
        capability=Feature.GATEWAY_UNLOCK,
        live=True,
        while_frozen=False,
    ),
    "/v3/lock/lock": Endpoint(
        handler=live.lock, right=Right.REMOTE, capability=Feature.REMOTE_LOCK, live=True, while_frozen=False
    ),
    "/v3/lock/queryOpenState": Endpoint(handler=live.query_open_state, live=True),
    "/v3/lock/queryElectricQuantity": Endpoint(handler=live.query_battery, live=True),
    "/v3/lock/queryDate": Endpoint(handler=live.query_date, live=True),
    "/v3/lock/updateDate": Endpoint(handler=live.update_date, right=Right.MANAGER, live=True, while_frozen=False),
    "/v3/lock/freeze": Endpoint(handler=live.freeze, right=Right.MANAGER, capability=Feature.FREEZE, live=True),
    "/v3/lock/unfreeze": Endpoint(handler=live.unfreeze, right=Right.MANAGER, capability=Feature.FREEZE, live=True),
    "/v3/lock/queryStatus": Endpoint(handler=live.query_status, capability=Feature.FREEZE, live=True),
    # settings
    "/v3/lock/setAutoLockTime": Endpoint(
        handler=settings.set_auto_lock,
        check=settings.auto_lock_seconds,
        required=("seconds",),
        right=Right.MANAGER,
        capability=Feature.AUTO_LOCK,
        selector="type",
        while_frozen=False,
    ),
    "/v3/lock/updateSetting": Endpoint(
        handler=settings.update_setting,
        check=settings.setting_change,
        required=("type", "value"),
        right=Right.MANAGER,
        selector="changeType",
        while_frozen=False,
    ),
    "/v3/lock/querySetting": Endpoint(
        handler=settings.query_setting, required=("type",), right=Right.MANAGER, live=True
    ),
    "/v3/lock/configPassageMode": Endpoint(
        handler=settings.configure_passage_flat,
        check=settings.flat_schedule,
        required=("passageMode",),
        json_fields=("weekDays",),
        right=Right.MANAGER,
        capability=Feature.PASSAGE_MODE,
        selector="type",
        while_frozen=False,
    ),
    "/v3/lock/configurePassageMode": Endpoint(
        handler=settings.configure_passage,
        check=settings.schedule,
        required=("passageMode",),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        capability=Feature.PASSAGE_MODE,
        selector="type",
        while_frozen=False,
    ),
    "/v3/lock/getPassageModeConfig": Endpoint(handler=settings.passage_flat, capability=Feature.PASSAGE_MODE),
    "/v3/lock/getPassageModeConfiguration": Endpoint(handler=settings.passage, capability=Feature.PASSAGE_MODE),
    # passcodes
    "/v3/lock/listKeyboardPwd": Endpoint(
        handler=passcodes.passcode_list, required=("pageNo", "pageSize"), right=Right.MANAGER
    ),
    "/v3/keyboardPwd/get": Endpoint(
        handler=passcodes.random_passcode,
        required=("keyboardPwdType", "startDate"),
        right=Right.MANAGER,
        capability=Feature.PASSCODE,
    ),
    "/v3/keyboardPwd/add": Endpoint(
        handler=passcodes.add,
        check=passcodes.new_passcode,
        required=("keyboardPwd",),
        right=Right.MANAGER,
        capability=Feature.PASSCODE,
        selector="addType",
        while_frozen=False,
    ),
    "/v3/keyboardPwd/change": Endpoint(
        handler=passcodes.change,
        check=passcodes.passcode_change,
        required=("keyboardPwdId",),
        right=Right.MANAGER,
        capability=Feature.PASSCODE,
        selector="changeType",
        contacts=passcodes.touches_lock,
        while_frozen=False,
    ),
    "/v3/keyboardPwd/delete": Endpoint(
        handler=passcodes.delete,
        check=passcodes.deletable,
        required=("keyboardPwdId",),
        right=Right.MANAGER,
        capability=Feature.PASSCODE,
        selector="deleteType",
        while_frozen=False,
    ),
    # lists of a lock
    "/v3/identityCard/list": Endpoint(handler=records.card_list, required=("pageNo", "pageSize"), right=Right.MANAGER),
    "/v3/fingerprint/list": Endpoint(
        handler=records.fingerprint_list, required=("pageNo", "pageSize"), right=Right.MANAGER
    ),
    "/v3/lockRecord/list": Endpoint(handler=records.record_list, required=("pageNo", "pageSize"), right=Right.MANAGER),
}
