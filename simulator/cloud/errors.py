"""Error codes and their texts (ttlock-open-api.md 3.2)."""

from typing import Any

from ..keypad import CodeExists, CodeMissing, KeypadError
from ..lock import LockRefused, Refusal

SUCCESS = (0, "none error message or means yes", "表示成功或是")

TEXTS: dict[int, tuple[str, str]] = {
    1: ("failed or means no", "表示失败或否"),
    -3: ("Invalid Parameter", "参数错误"),
    10000: ("invalid client_id", "client_id不存在"),
    10001: ("invalid client", "无效的client，client_id或client_secret错误"),
    10003: ("invalid token", "token不存在"),
    10004: ("invalid grant", "token无授权，token已失效或被撤销授权"),
    10006: ("application not reviewed", "应用未审核，只能授权测试帐号"),
    10007: ("invalid account or invalid password", "用户名或密码错误"),
    10010: ("invalid grant_type", "grant_type错误"),
    10011: ("invalid refresh_token", "refresh_token无效"),
    20002: ("not lock admin", "不是锁管理员"),
    30002: ("Only letters and digits are allowed in the user name", "用户名只能包含字母和数字"),
    30003: ("The user already exists", "用户已存在"),
    30004: ("The user can not be deleted", "不能删除该用户"),
    30005: ("Password must be md5 encrypted", "密码必须为md5加密"),
    30006: ("API call restriction exceeded", "接口调用次数超过限制"),
    30007: ("The monthly quota of API calls is exhausted", "本月接口调用次数已用完"),
    30008: ("Wrong region, please use the host of your region", "请使用对应区域的域名"),
    80000: ("date must be current time, in 5 minutes", "时间戳必须为当前时间，误差五分钟以内"),
    80002: ("invalid json", "json格式错误"),
    90000: ("Internal server error", "服务器内部错误"),
    -1003: ("Lock does not exist", "锁不存在"),
    -1008: ("The ekey does not exist", "钥匙不存在"),
    -1016: ("The name is already in use", "名称已存在"),
    -1018: ("The group does not exist", "分组不存在"),
    -1021: ("The IC card does not exist", "IC卡不存在"),
    -1023: ("The fingerprint does not exist", "指纹不存在"),
    -1026: ("The passcode of this period was deleted, please choose another hour", "该时段密码已删除"),
    -2009: ("Invalid Password", "密码不存在"),
    -2012: ("The Lock is not connected to any Gateway.", "锁附近没有可用网关"),
    -2018: ("Permission Denied", "没有操作权限"),
    -2019: ("You can not send an ekey to yourself", "不能给自己发送钥匙"),
    -2020: ("You can not send an ekey to the admin", "不能给管理员发送钥匙"),
    -2023: ("The period of the ekey can not be changed now", "当前不能修改钥匙有效期"),
    -2025: ("Lock is frozen. Operation failed.", "锁已被冻结"),
    -2032: ("The passcode is too simple", "密码过于简单"),
    -3002: ("The gateway is offline. Please check and try again.", "网关不在线"),
    -3003: ("The gateway is busy. Please try again later.", "网关正忙，请稍后再试"),
    -3006: ("Invalid Passcode. Passcode should be between 6 - 9 Digits in length.", "密码长度为4-9位"),
    # The blank between "passcode" and "already" is not an ordinary one (ttlock-open-api.md 3.2).
    -3007: ("The same passcode\u00a0already exists. Please use another one.", "已存在相同的密码，请更换。"),
    -3008: ("A passcode that has never been used on the lock can not be changed.", "未使用过的密码不能修改"),
    -3009: ("There is no space to store more passcodes.", "没有空间存储更多自定义密码"),
    -3011: ("You can not transfer a lock to yourself", "不能转移锁给自己"),
    -3016: ("You can not transfer a gateway to yourself", "不能转移网关给自己"),
    -3034: ("The Wi-Fi lock has no network configured", "锁未配置网络"),
    -3035: ("The Wi-Fi lock is in power saving mode", "锁处于省电模式"),
    -3036: ("The lock is offline", "锁不在线"),
    -3037: ("The lock is busy", "锁正忙"),
    -3039: ("The validity of your own key is shorter", "您的钥匙有效期不足"),
    -3046: ("No right to unlock remotely", "没有远程开锁权限"),
    -4037: ("The gateway does not exist", "网关不存在"),
    -4043: ("The function is not supported for this lock.", "锁不支持该功能"),
    -4056: ("Lock storage is full", "锁内存储空间不足"),
    -4063: ("Please delete or transfer all locks first", "请先删除或转移所有锁"),
    -4064: ("The receiver is not registered", "接收者未注册"),
    -4067: ("The NB device is not registered", "NB设备未注册"),
    -4082: ("The auto lock time is out of range", "自动闭锁时间超出范围"),
}

_REFUSALS = {
    Refusal.NO_ANSWER: 1,
    Refusal.FROZEN: -2025,
    Refusal.UNSUPPORTED: -4043,
    Refusal.REMOTE_UNLOCK_OFF: -4043,
    Refusal.BLOCKED: 1,
    Refusal.DOUBLE_LOCKED: 1,
    Refusal.OUT_OF_RANGE: -4082,
    Refusal.STORAGE_FULL: -4056,
    Refusal.NOT_STORED: 1,
}


class ApiError(Exception):
    """The call failed with a vendor error code."""

    def __init__(self, errcode: int) -> None:
        """Keep the code."""
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode


def body_of(errcode: int) -> dict[str, Any]:
    """Return the acknowledgement or error object of a code."""
    if errcode == 0:
        return {"errcode": 0, "errmsg": SUCCESS[1], "description": SUCCESS[2]}
    message, description = TEXTS.get(errcode, ("unknown error", "未知错误"))
    return {"errcode": errcode, "errmsg": message, "description": description}


def from_lock(error: LockRefused | KeypadError) -> ApiError:
    """Translate what a lock said into the cloud's code."""
    if isinstance(error, LockRefused):
        return ApiError(_REFUSALS[error.refusal])
    if isinstance(error, CodeExists):
        return ApiError(-3007)
    return ApiError(-2009 if isinstance(error, CodeMissing) else -3009)
