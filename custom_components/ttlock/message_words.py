"""The words of messages to guests, by language.

They are no texts of the interface: a guest reads them, in the language of the house, and the owner may replace them by
templates. Hence they are not among the translations. Those in English and Chinese are of voice-and-automation.md 14.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that we say to a guest in one language; names in braces are placeholders."""

    code: str
    """The message with a code that has an end."""
    lasting_code: str
    """The message with a code without end, or with weekly windows."""
    ended: str
    """The message for a code whose period is over."""
    link: str
    """The message with a link that unlocks."""
    shown_code: str
    """What the person sees who had a code made at the press of a button."""
    made_code: str
    """What the person sees who had a code made for somebody."""
    one_time_name: str
    """The name under which such a code is listed."""
    guest: str
    """Said in place of a name."""
    no_start: str
    no_end: str
    press: str
    works_once: str
    first_use: str
    weekly: str
    every_day: str
    weekdays: tuple[str, ...]
    """From Monday on."""
    comma: str = ", "
    gap: str = " "
    """Between two sentences."""


ENGLISH: Final = Words(
    code="Hello {guest}, your code for {lock} is {code}. Valid {start} to {end}. {instructions}",
    lasting_code="Hello {guest}, your code for {lock} is {code}. {instructions}",
    ended="Hello {guest}, your access to {lock} has ended. Thank you for your visit.",
    link="Hello {guest}, this link opens {lock}: {link}",
    shown_code="One-time code for {lock}: {code}. {instructions}",
    made_code="Code of {guest} for {lock}: {code}. Valid {start} to {end}. {instructions}",
    one_time_name="One-time code",
    guest="guest",
    no_start="now",
    no_end="further notice",
    press="Press # after the code.",
    works_once="It works once, until {time}.",
    first_use="Use it for the first time before {time}.",
    weekly="It opens {days} from {start} to {end}.",
    every_day="every day",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
_GERMAN: Final = Words(
    code="Guten Tag {guest}, Ihr Code für {lock} ist {code}. Gültig ab {start} bis {end}. {instructions}",
    lasting_code="Guten Tag {guest}, Ihr Code für {lock} ist {code}. {instructions}",
    ended="Guten Tag {guest}, Ihr Zugang zu {lock} ist beendet. Vielen Dank für Ihren Besuch.",
    link="Guten Tag {guest}, dieser Link öffnet {lock}: {link}",
    shown_code="Einmalcode für {lock}: {code}. {instructions}",
    made_code="Code von {guest} für {lock}: {code}. Gültig ab {start} bis {end}. {instructions}",
    one_time_name="Einmalcode",
    guest="Gast",
    no_start="sofort",
    no_end="auf Weiteres",
    press="Drücken Sie nach dem Code die Taste #.",
    works_once="Er funktioniert einmal, bis {time}.",
    first_use="Benutzen Sie ihn zum ersten Mal vor {time}.",
    weekly="Er öffnet {days} von {start} bis {end}.",
    every_day="jeden Tag",
    weekdays=("montags", "dienstags", "mittwochs", "donnerstags", "freitags", "samstags", "sonntags"),
)
_SPANISH: Final = Words(
    code="Hola, {guest}: su código para {lock} es {code}. Válido desde {start} hasta {end}. {instructions}",
    lasting_code="Hola, {guest}: su código para {lock} es {code}. {instructions}",
    ended="Hola, {guest}: su acceso a {lock} ha terminado. Gracias por su visita.",
    link="Hola, {guest}: este enlace abre {lock}: {link}",
    shown_code="Código de un solo uso para {lock}: {code}. {instructions}",
    made_code="Código de {guest} para {lock}: {code}. Válido desde {start} hasta {end}. {instructions}",
    one_time_name="Código de un solo uso",
    guest="huésped",
    no_start="ahora",
    no_end="nuevo aviso",
    press="Pulse # después del código.",
    works_once="Funciona una sola vez, hasta {time}.",
    first_use="Úselo por primera vez antes de {time}.",
    weekly="Abre {days} de {start} a {end}.",
    every_day="todos los días",
    weekdays=("los lunes", "los martes", "los miércoles", "los jueves", "los viernes", "los sábados", "los domingos"),
)
_FRENCH: Final = Words(
    code="Bonjour {guest}, votre code pour {lock} est {code}. Valable à partir de {start} jusqu'à {end}. {instructions}",
    lasting_code="Bonjour {guest}, votre code pour {lock} est {code}. {instructions}",
    ended="Bonjour {guest}, votre accès à {lock} est terminé. Merci de votre visite.",
    link="Bonjour {guest}, ce lien ouvre {lock} : {link}",
    shown_code="Code à usage unique pour {lock} : {code}. {instructions}",
    made_code="Code de {guest} pour {lock} : {code}. Valable à partir de {start} jusqu'à {end}. {instructions}",
    one_time_name="Code à usage unique",
    guest="invité",
    no_start="maintenant",
    no_end="nouvel ordre",
    press="Appuyez sur # après le code.",
    works_once="Il fonctionne une seule fois, jusqu'à {time}.",
    first_use="Utilisez-le pour la première fois avant {time}.",
    weekly="Il ouvre {days} de {start} à {end}.",
    every_day="tous les jours",
    weekdays=("le lundi", "le mardi", "le mercredi", "le jeudi", "le vendredi", "le samedi", "le dimanche"),
)
_ITALIAN: Final = Words(
    code="Buongiorno {guest}, il codice per {lock} è {code}. Valido da {start} fino a {end}. {instructions}",
    lasting_code="Buongiorno {guest}, il codice per {lock} è {code}. {instructions}",
    ended="Buongiorno {guest}, il Suo accesso a {lock} è terminato. Grazie della visita.",
    link="Buongiorno {guest}, questo link apre {lock}: {link}",
    shown_code="Codice monouso per {lock}: {code}. {instructions}",
    made_code="Codice di {guest} per {lock}: {code}. Valido da {start} fino a {end}. {instructions}",
    one_time_name="Codice monouso",
    guest="ospite",
    no_start="adesso",
    no_end="nuovo avviso",
    press="Prema # dopo il codice.",
    works_once="Funziona una sola volta, fino a {time}.",
    first_use="Lo usi per la prima volta prima di {time}.",
    weekly="Apre {days} dalle {start} alle {end}.",
    every_day="ogni giorno",
    weekdays=("il lunedì", "il martedì", "il mercoledì", "il giovedì", "il venerdì", "il sabato", "la domenica"),
)
_DUTCH: Final = Words(
    code="Hallo {guest}, uw code voor {lock} is {code}. Geldig vanaf {start} tot {end}. {instructions}",
    lasting_code="Hallo {guest}, uw code voor {lock} is {code}. {instructions}",
    ended="Hallo {guest}, uw toegang tot {lock} is beëindigd. Dank u voor uw bezoek.",
    link="Hallo {guest}, deze link opent {lock}: {link}",
    shown_code="Eenmalige code voor {lock}: {code}. {instructions}",
    made_code="Code van {guest} voor {lock}: {code}. Geldig vanaf {start} tot {end}. {instructions}",
    one_time_name="Eenmalige code",
    guest="gast",
    no_start="nu",
    no_end="nader order",
    press="Druk na de code op #.",
    works_once="De code werkt één keer, tot {time}.",
    first_use="Gebruik de code voor het eerst vóór {time}.",
    weekly="De code opent {days} van {start} tot {end}.",
    every_day="elke dag",
    weekdays=("op maandag", "op dinsdag", "op woensdag", "op donderdag", "op vrijdag", "op zaterdag", "op zondag"),
)
_PORTUGUESE: Final = Words(
    code="Olá, {guest}! O seu código para {lock} é {code}. Válido de {start} até {end}. {instructions}",
    lasting_code="Olá, {guest}! O seu código para {lock} é {code}. {instructions}",
    ended="Olá, {guest}! O seu acesso a {lock} terminou. Obrigado pela visita.",
    link="Olá, {guest}! Este link abre {lock}: {link}",
    shown_code="Código de uso único para {lock}: {code}. {instructions}",
    made_code="Código de {guest} para {lock}: {code}. Válido de {start} até {end}. {instructions}",
    one_time_name="Código de uso único",
    guest="hóspede",
    no_start="agora",
    no_end="novo aviso",
    press="Pressione # depois do código.",
    works_once="Funciona uma única vez, até {time}.",
    first_use="Use-o pela primeira vez antes de {time}.",
    weekly="Abre {days} das {start} às {end}.",
    every_day="todos os dias",
    weekdays=(
        "às segundas-feiras",
        "às terças-feiras",
        "às quartas-feiras",
        "às quintas-feiras",
        "às sextas-feiras",
        "aos sábados",
        "aos domingos",
    ),
)
_RUSSIAN: Final = Words(
    code="Здравствуйте, {guest}! Ваш код для {lock}: {code}. Действует с {start} до {end}. {instructions}",
    lasting_code="Здравствуйте, {guest}! Ваш код для {lock}: {code}. {instructions}",
    ended="Здравствуйте, {guest}! Ваш доступ к {lock} закончился. Спасибо за визит.",
    link="Здравствуйте, {guest}! Эта ссылка открывает {lock}: {link}",
    shown_code="Одноразовый код для {lock}: {code}. {instructions}",
    made_code="Код для {guest}, замок {lock}: {code}. Действует с {start} до {end}. {instructions}",
    one_time_name="Одноразовый код",
    guest="гость",
    no_start="этого момента",
    no_end="отмены",
    press="После кода нажмите #.",
    works_once="Он сработает один раз, до {time}.",
    first_use="Впервые используйте его до {time}.",
    weekly="Он открывает {days} с {start} до {end}.",
    every_day="каждый день",
    weekdays=(
        "по понедельникам",
        "по вторникам",
        "по средам",
        "по четвергам",
        "по пятницам",
        "по субботам",
        "по воскресеньям",
    ),
)
_JAPANESE: Final = Words(
    code="{guest}様、{lock}のパスコードは {code} です。{start} から{end}まで有効です。{instructions}",
    lasting_code="{guest}様、{lock}のパスコードは {code} です。{instructions}",
    ended="{guest}様、{lock}のご利用期間は終了しました。ご利用ありがとうございました。",
    link="{guest}様、このリンクで{lock}が開きます：{link}",
    shown_code="{lock}のワンタイムパスコード：{code}。{instructions}",
    made_code="{lock}の{guest}様のパスコード：{code}。{start} から{end}まで有効です。{instructions}",
    one_time_name="ワンタイムパスコード",
    guest="ゲスト",
    no_start="今",
    no_end="別途お知らせするとき",
    press="パスコードのあとに # を押してください。",
    works_once="{time} まで、一度だけ使えます。",
    first_use="{time} までに一度お使いください。",
    weekly="{days}の {start} から {end} まで開きます。",
    every_day="毎日",
    weekdays=("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"),
    comma="、",
    gap="",
)
SIMPLIFIED_CHINESE: Final = Words(
    code="{guest}您好，{lock}的密码是 {code}，有效期 {start} 至 {end}。{instructions}",
    lasting_code="{guest}您好，{lock}的密码是 {code}。{instructions}",
    ended="{guest}您好，您在 {lock} 的开锁权限已到期，感谢您的入住。",
    link="{guest}您好，打开此链接即可开启 {lock}：{link}",
    shown_code="{lock} 的单次密码是 {code}。{instructions}",
    made_code="{guest}在 {lock} 的密码是 {code}，有效期 {start} 至 {end}。{instructions}",
    one_time_name="单次密码",
    guest="客人",
    no_start="即日",
    no_end="另行通知",
    press="输入密码后请按 # 键。",
    works_once="只能使用一次，{time} 前有效。",
    first_use="请在 {time} 前首次使用。",
    weekly="{days} {start} 至 {end} 可以开锁。",
    every_day="每天",
    weekdays=("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    comma="、",
    gap="",
)
TRADITIONAL_CHINESE: Final = Words(
    code="{guest}您好，{lock}的密碼是 {code}，有效期 {start} 至 {end}。{instructions}",
    lasting_code="{guest}您好，{lock}的密碼是 {code}。{instructions}",
    ended="{guest}您好，您在 {lock} 的開鎖權限已到期，感謝您的入住。",
    link="{guest}您好，打開此連結即可開啟 {lock}：{link}",
    shown_code="{lock} 的單次密碼是 {code}。{instructions}",
    made_code="{guest}在 {lock} 的密碼是 {code}，有效期 {start} 至 {end}。{instructions}",
    one_time_name="單次密碼",
    guest="客人",
    no_start="即日",
    no_end="另行通知",
    press="輸入密碼後請按 # 鍵。",
    works_once="只能使用一次，{time} 前有效。",
    first_use="請在 {time} 前首次使用。",
    weekly="{days} {start} 至 {end} 可以開鎖。",
    every_day="每天",
    weekdays=("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    comma="、",
    gap="",
)
BY_LANGUAGE: Final[Mapping[str, Words]] = {
    "de": _GERMAN,
    "en": ENGLISH,
    "es": _SPANISH,
    "fr": _FRENCH,
    "it": _ITALIAN,
    "ja": _JAPANESE,
    "nl": _DUTCH,
    "pt": _PORTUGUESE,
    "ru": _RUSSIAN,
    "zh": SIMPLIFIED_CHINESE,
}
_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})


def words_of(language: str) -> Words:
    """Return the words of a language such as `zh-Hant` or `pt-BR`, English where we have none."""
    name = language.lower().split("-")[0]
    if name == "zh" and writes_traditional(language):
        return TRADITIONAL_CHINESE
    return BY_LANGUAGE.get(name, ENGLISH)


def writes_traditional(language: str) -> bool:
    """Return whether a kind of Chinese is written in traditional characters: `zh-Hant` in pages, `zh-TW` by Assist."""
    return not _TRADITIONAL.isdisjoint(language.lower().replace("_", "-").split("-"))
