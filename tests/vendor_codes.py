"""The codes of ttlock-open-api.md 3.2 that stand for an error, with the class that the same table gives them."""

from typing import Final

_BY_CLASS: Final = {
    "config": "10000 10001 10002 10006 10008 10009 10010 30008",
    "reauth": "10003 10004 10007 10011",
    "clock": "80000",
    "quota": "30006 30007",
    "offline": "1 -2012 -3002 -3034 -3035 -3036 -4067",
    "busy": "-3003 -3037",
    "unsupported": "-1007 -2025 -4043",
    "permission": "10005 20000 20001 20002 30001 -2018 -3046",
    "not found": "20003 20004 -1003 -1008 -1018 -1021 -1023 -2009 -4037",
    "input": (
        "20005 20006 20007 20008 30002 30003 30004 -1016 -1026 -1027 -2019 -2020 -2023 -2032 -3006 -3007 -3008 -3009 "
        "-3011 -3016 -3039 -4056 -4063 -4064 -4082"
    ),
    "bug": "-3 30005 80002",
    "server": "90000",
}
CLASS_OF: Final[dict[int, str]] = {int(code): word for word, codes in _BY_CLASS.items() for code in codes.split()}
