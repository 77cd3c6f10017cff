"""Figures as words: "four", "vier", "четыре"; the units behind them; the signs of money. Sixteen languages, and a few more units.

Words that often mean something else ("neuf" is nine and new) end in `?`: they count where a passage says them, and are
not asked of a draft. 1 is left out: it is an article in half of the languages.
"""

import re
from functools import lru_cache

# 2 to 20 and 30 to 90, one place each; forms of one number are joined by `|`, `-` leaves a place empty.
_NUMBERS = {
    "en": """two|twice three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
        nineteen twenty thirty forty fifty sixty seventy eighty ninety""",
    "de": """zwei drei vier fünf sechs sieben acht? neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn
        zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig""",
    "es": """dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve
        veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa""",
    "fr": """deux trois quatre cinq six sept huit neuf? dix onze douze treize quatorze quinze seize - - - vingt trente quarante
        cinquante soixante""",
    "it": """due tre quattro cinque sei? sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto
        diciannove venti? trenta quaranta cinquanta sessanta settanta ottanta novanta""",
    "pt": """dois|duas três quatro cinco seis sete oito nove dez onze doze treze catorze|quatorze quinze dezesseis|dezasseis
        dezessete|dezassete dezoito dezenove|dezanove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa""",
    "nl": """twee drie vier vijf zes zeven acht? negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien
        twintig dertig veertig vijftig zestig zeventig tachtig negentig""",
    "pl": """dwa|dwie|dwóch|dwoma trzy|trzech cztery|czterech pięć|pięciu sześć|sześciu siedem|siedmiu osiem|ośmiu dziewięć|dziewięciu
        dziesięć|dziesięciu jedenaście|jedenastu dwanaście|dwunastu trzynaście czternaście|czternastu piętnaście|piętnastu - - - -
        dwadzieścia|dwudziestu trzydzieści|trzydziestu czterdzieści pięćdziesiąt|pięćdziesięciu sześćdziesiąt""",
    "tr": "iki üç dört beş altı? yedi? sekiz dokuz on? - - - - - - - - - yirmi otuz kırk elli altmış yetmiş seksen doksan",
    "ru": """два|две|двух|двумя|двум три|трёх|трех|тремя|трем|трём четыре|четырёх|четырех|четырьмя пять|пяти|пятью шесть|шести
        семь|семи восемь|восьми девять|девяти десять|десяти одиннадцать|одиннадцати двенадцать|двенадцати тринадцать|тринадцати
        четырнадцать|четырнадцати пятнадцать|пятнадцати шестнадцать семнадцать восемнадцать девятнадцать двадцать|двадцати
        тридцать|тридцати сорок|сорока пятьдесят|пятидесяти шестьдесят|шестидесяти семьдесят восемьдесят девяносто""",
    "ar": """اثنان|اثنين|اثنتان|اثنتين|يومين|يومان|أسبوعين|أسبوعان|شهرين|شهران|سنتين|سنتان|عامين|عامان|ساعتين|ساعتان ثلاثة|ثلاث
        أربعة|أربع خمسة|خمس ستة|ست سبعة|سبع ثمانية|ثماني|ثمان تسعة|تسع عشرة|عشر? - - - - - - - - - عشرون|عشرين ثلاثون|ثلاثين
        أربعون|أربعين خمسون|خمسين ستون|ستين سبعون|سبعين ثمانون|ثمانين تسعون|تسعين""",
    "hi": "दो? तीन चार पांच|पाँच छह|छः सात आठ नौ? दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस तीस चालीस पचास साठ सत्तर अस्सी नब्बे",
    "vi": "hai ba? bốn năm? sáu bảy tám chín? mười",
    "ko": "두|둘|이틀 세?|셋|사흘 네?|넷|나흘 다섯|닷새 여섯 일곱 여덟 아홉 열?|열흘",
}
_ORDER = (*range(2, 21), *range(30, 91, 10))
_ORDINALS = "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"

# What is counted, in the order in which it is tried. Stems: what follows a stem does not matter.
_UNITS = {
    "%": r"%|٪|percent|per ?cent|prozent|por ?c[ie]+nto|pour ?cent|procent|процент|بالمئة|بالمائة|في المئة|في المائة|パーセント|퍼센트|प्रतिशत|phần trăm",
    "day": r"""days?\b|(?:werk|arbeits|kalender)?tage?n?\b|d[ií]as?\b|jours?\b|giorn[oi]\b|(?:werk)?dag(?:e|en|ar)?\b|dni\b|dzień|g[üu]n|день|дн[яейиі]|يوم|أيام
        |ايام|个?(?:工作)?[天日]|(?:営業|영업)?[日일]|दिन|कार्य दिवस|ngày|päiv|dn[íyů]|zile|nap\b|ημέρ|μέρ|ימים|วัน|hari\b""",
    "week": r"""weeks?\b|wochen?\b|semanas?\b|semaines?\b|settiman[ae]|weken\b|week\b|tygod|hafta|недел|أسبوع|أسابيع|个?(?:星期|周|礼拜)|週|주|सप्ताह|हफ्त
        |हफ़्त|tuần|veck|uge|viikk|týd|săptăm|hét\b|hete|εβδομ|тиж|שבוע|สัปดาห์|minggu""",
    "month": r"""months?\b|monate?n?\b|mes(?:es)?\b|mois\b|mes[ei]\b|m[eê]s(?:es)?\b|maand|miesi|ay\b|месяц|شهر|أشهر|شهور|个月|個月|[かヶカケ箇]月|개월|달|मही|माह|tháng|månad|måned
        |kuukau|měsíc|luni\b|lună|hónap|μήν|місяц|חודש|เดือน|bulan""",
    "year": r"""years?\b|jahre?n?\b|años?\b|ans?\b|années?\b|ann[oi]\b|anos?\b|jaar|jaren|lat\b|lata|rok|y[ıi]l|лет\b|год(?!ин)|سنة|سنوات|عام|أعوام|年|년|साल|वर्ष|năm\b|år\b|vuo|let\b|ani\b|év\b
        |χρόν|έτη|рок|שנ|ปี|tahun""",
    "hour": r"""hours?\b|stunden?\b|horas?\b|heures?\b|or[ae]\b|uur\b|uren\b|godzin|saat|час|ساع|个?小时|個?小時|時間|시간|घंट|घण्ट|giờ|timm|time[rn]?\b|tunti|tuntia
        |hodin|óra|ώρ|годин|שעות|ชั่วโมง|jam\b|hrs?\b|h\b""",
    "minute": r"min(?:ut\w*|\.|\b)|минут|دقيق|دقائق|分钟|分鐘|分|분|मिनट|phút|хвилин|דקות|นาที|menit|dakika|perc\b|λεπτ",
    "kg": r"kg\b|kilo(?!m)|кг|كيلو ?غ|كيلوجرام|公斤|千克|キロ(?!メ)|킬로(?!미)|किलो",
    "g": r"gr?\b|gramm?\w*\b|gramos?|гр\b|грамм|克|グラム|그램|ग्राम",
    "km": r"km\b|kilom|км|公里|キロメ|킬로미터",
    "cm": r"cm\b|centim|zentim|см|سم\b|厘米|公分|センチ|센티",
    "mm": r"mm\b|millim|мм|毫米|ミリ|밀리",
    "m": r"m\b|met(?:er|re)s?\b|mètres?|metros?|metri\b|м\b|метр|متر|米|メートル|미터|मीटर",
    "l": r"l\b|lit(?:er|re|ro|r)s?\b|л\b|литр|升|リットル|리터",
    "W": r"w\b|watts?\b|ватт|瓦|ワット|와트",
    "V": r"v\b|volts?\b|вольт|伏|ボルト|볼트",
    "EUR": r"€|eur\b|euro[sn]?\b|евро|يورو|欧元|歐元|ユーロ|유로|यूरो|ευρώ|євро",
    "GBP": r"£|gbp|pounds?\b|pfund|libras?\b|фунт|英镑|ポンド|파운드|جنيه",
    "USD": r"\$|usd|us\$|dollars?\b|dólar|dollari|доллар|دولار|美元|ドル|달러|डॉलर|đô la",
    "YEN": r"¥|￥|jpy|cny|rmb|yen\b|yuan\b|元|円|엔|위안|иен|юан",
    "INR": r"₹|inr|rupe|रुप|卢比|ルピー|루피",
    "PLN": r"zł|pln|zlot",
    "TRY": r"₺|tl\b|lira",
    "RUB": r"₽|rub\b|rubl|rubel|руб|卢布|ルーブル|루블",
    "CHF": r"chf|franken|francs?\b|франк|法郎",
    "kr": r"kr\b|kron|sek\b|nok\b|dkk\b",
    "KRW": r"₩|krw|원",
    "VND": r"₫|vnd|đồng|đ\b",
}
TIMES = frozenset(("day", "week", "month", "year", "hour", "minute"))
MONEY = frozenset(("EUR", "GBP", "USD", "YEN", "INR", "PLN", "TRY", "RUB", "CHF", "kr", "KRW", "VND"))
_ADJECTIVE = (
    r"(?:(?:business|working|calendar|full|more|рабочих|рабочие|рабочая|рабочего|iş|hele|volle|weitere|ganze|календарных|कार्य|个|個)[ -]?)?"
)
_ALL_UNITS = "|".join("(" + re.sub(r"\n\s*", "", stems) + ")" for stems in _UNITS.values())
_AFTER = re.compile(rf"[\s\u00a0\u202f-]{{0,2}}{_ADJECTIVE}(?:{_ALL_UNITS})", re.IGNORECASE)
_MONEY = {"€": "EUR", "eur": "EUR", "$": "USD", "us$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "¥": "YEN", "￥": "YEN", "jpy": "YEN"}
_MONEY |= {"cny": "YEN", "rmb": "YEN", "₹": "INR", "inr": "INR", "chf": "CHF", "₺": "TRY", "₽": "RUB", "₩": "KRW", "pln": "PLN"}
_BEFORE = re.compile(r"(%|百分之|yüzde|us\$|[€$£¥￥₹₺₽₩]|\b(?:eur|usd|gbp|jpy|cny|rmb|inr|chf|pln))[\s\u00a0\u202f]?\Z", re.IGNORECASE)
_MANY = {
    r"thousand|tausend|mille\b|mila\b|mil\b|duizend|tys|bin\b|тысяч|тыс|آلاف|ألف|千|천|हज़ार|हजार|nghìn|ngàn": 10**3,
    r"万|萬|만": 10**4,
    r"लाख": 10**5,
    r"million|mio\b|mill\b|millon|milh|milio|miljo|milyon|миллион|млн|مليون|ملايين|triệu": 10**6,
    r"亿|億|억": 10**8,
    r"billion|milliard|mrd\b|miliard|miljard|milyar|миллиард|млрд|مليار|tỷ": 10**9,
}
_MANY_AFTER = re.compile(r"[\s\u00a0-]?(?:" + "|".join(f"({words})" for words in _MANY) + ")", re.IGNORECASE)


@lru_cache(maxsize=64)
def numbers(language: str, draft: bool) -> dict[str, int]:
    """Word -> number; of a draft only the words that are always numbers."""
    found: dict[str, int] = {}
    for slot, value in zip(_NUMBERS.get(language, "").split(), _ORDER, strict=False):
        for word in slot.split("|"):
            if word != "-" and not (draft and word.endswith("?")):
                found[word.rstrip("?")] = value
    if language == "en" and not draft:
        found |= {word: value for value, word in enumerate(_ORDINALS.split(), 2)}
    return found


def unit_after(text: str, at: int) -> str:
    """What is counted by a number that ends here: "day", "EUR", ...; "" when we do not know it."""
    found = _AFTER.match(text, at)
    return tuple(_UNITS)[found.lastindex - 1] if found and found.lastindex else ""


def unit_before(text: str, at: int) -> str:
    """Money or a per cent sign in front of a number that begins here; "" when there is none."""
    found = _BEFORE.search(text, max(0, at - 8), at)
    return _MONEY.get(found[1].lower(), "%") if found else ""


def many_after(text: str, at: int) -> tuple[int, int]:
    """(1,000 for "thousand" behind a number that ends here, where that word ends); (1, at) when there is none."""
    found = _MANY_AFTER.match(text, at)
    return (tuple(_MANY.values())[found.lastindex - 1], found.end()) if found and found.lastindex else (1, at)
