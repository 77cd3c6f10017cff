"""What a customer asks of the desk itself, whatever the shop sells: a person, please; and the yes to an offer.

A request for a person is a clause with a word of talking and a word for somebody who can be talked to, or nothing but such a
word. It must be sure rather than complete: "Can a person pick up my parcel?" asks the help pages, not for staff.
"""

from functools import lru_cache

import regex

from bot.language.cleaning import folded

Words = tuple[str, ...]

LONGEST = 300
"""So many characters of the beginning and of the end are looked at."""
NEAR = 7
"""How many words may lie between the two."""
SHORT = 4
"""Words of a message that may be a mere yes, or a mere name for staff."""

# By language: words of talking | of wishing | somebody, sure enough with a wish | somebody, only with talking. Beginnings of words.
_ASKING = {
    "en": "talk speak chat connect transfer escalate contact|need want prefer get give like|"
    "human agent assistant representative operator live_person real_person "
    "actual_person|person someone somebody people employee staff manager supervisor advisor",
    "de": "sprechen reden spreche rede verbinde verbunden weiterleiten durchstellen telefonier chatten|brauche mochte will hatte gib geben|"
    "mensch mitarbeiter kundenberater sachbearbeiter echte_person echten_person|person jemand berater kollegen personal",
    "es": "hablar hablo comunic conect pasa pase paseme transfer contactar chatear|necesito quiero quisiera prefiero deme|"
    "humano agente operador representante persona_real asesor|persona alguien empleado encargado",
    "fr": "parler parle discuter contacter joindre transfer passer passez mettre|veux voudrais besoin prefere souhaite aimerais|"
    "humain conseiller operateur vraie_personne agent|personne quelqu'un employe responsable",
    "it": "parlare parlo parlarmi contattare passare passi passami trasfer collegar chattare|voglio vorrei bisogno preferisco serve|"
    "umano operatore operatrice persona_reale persona_vera addetto|persona qualcuno impiegato responsabile",
    "pt": "falar falo fale conversar contactar contatar transfer passar passe ligar|quero queria gostaria preciso prefiro|"
    "humano atendente operador agente pessoa_real pessoa_de_verdade|pessoa alguem funcionario responsavel",
    "nl": "praten spreken praat spreek doorverbind verbind contact chatten|wil graag nodig liever|"
    "medewerker mens echte_persoon|persoon iemand collega",
    "pl": "rozmawia porozmawia polaczy polacz kontakt pogadac przelacz mowic|chce chcial potrzebuj prosze wole|"
    "konsultant czlowiek pracownik doradc prawdziw|osob kims kogos obslug",
    "tr": "konus gorus bagla aktar iletisim baglan|istiyorum istiyor lazim ihtiyac|"
    "temsilci yetkili insan gercek_kisi gercek_bir|kisi biri birisi calisan",
    "ru": "поговорить говорить соедините соединить переключите переведите связаться свяжите позовите пообщаться|"
    "хочу нужен нужно дайте хотел|"
    "человек оператор сотрудник менеджер живым консультант|кем-нибудь кем-то людьми",
    "hi": "बात संपर्क जोड़ कनेक्ट|चाहता चाहती चाहिए चाहूं|इंसान एजेंट प्रतिनिधि असली|व्यक्ति किसी कर्मचारी",
    "ko": "이야기 얘기 대화 통화 상담 말하 연결|원해 원합니다 싶어 싶습니다 필요|상담원 상담사 직원 담당자 사람|누군가",
    "vi": "nói chuyen gap lien ket_noi trao|muon can|nhan_vien nguoi_that tu_van_vien tong_dai_vien con_nguoi|nguoi ai_do",
    "da": "tale snakke viderestil kontakt forbind chatte|vil gerne onsker behov|menneske medarbejder rigtig_person kundeservicemedarbejder|"
    "person nogen ansat",
    "sv": "prata tala koppla kontakt chatta|vill onskar behover|manniska medarbetare riktig_person handlaggare|person nagon anstalld",
    "fi": "puhua puhun jutella yhdista keskustella|haluan haluaisin tarvitsen|"
    "ihmis asiakaspalvelija tyontekija oikean|henkilo jonkun henkilokun",
    "cs": "mluvit promluvit hovorit spojit prepojit kontakt spojte prepojte|chci chtel potrebuj prosim|"
    "clovek operator pracovnik zivym zivou|osob nekym nekoho zamestnan",
    "ro": "vorbesc vorbi discut transfer contact conecta|vreau doresc nevoie|om_real operator agent om_adevarat persoana_reala consultant|"
    "persoana cineva angajat om",
    "hu": "beszel kapcsol beszeln|szeretnek akarok kerek|ugyintezo ember operator munkatars elo_szemely ugynok|szemely valaki dolgozo",
    "el": "μιλησ συνδε μιλαω συνομιλ|θελω χρειαζομαι|ανθρωπο εκπροσωπο πρακτορα υπαλληλο|ατομο καποιον",
    "uk": "поговорити говорити з'єднайте з'єднати зв'язатися переключіть поспілкуватися|хочу потрібен потрібна|"
    "людин оператор працівник менеджер співробітник консультант|кимось кимсь",
    "ar": "التحدث اتحدث أتحدث اتكلم أتكلم التكلم الكلام التواصل تحويلي حولني وصلني|اريد أريد احتاج أحتاج ارغب|"
    "موظف انسان إنسان شخص_حقيقي وكيل ممثل بموظف|شخص احد أحد",
    "he": "לדבר מדבר תעביר להעביר לשוחח חבר|רוצה צריך צריכה|נציג אנושי אדם בן_אדם|מישהו אדם עובד",
    "id": "bicara berbicara ngobrol hubungkan sambungkan|mau ingin butuh|"
    "manusia agen petugas operator customer_service staf|orang seseorang",
    "th": "คุย พูด ติดต่อ โอนสาย|ต้องการ อยาก ขอ|เจ้าหน้าที่ พนักงาน แอดมิน คนจริง คนจริงๆ|คน ใครสักคน",
    "zh": "转 轉 找 联系 聯繫 聊 说话 說話 谈 接|要 想 需要 请 請|人工 真人 客服 工作人员 工作人員|人",
    "ja": "話 つな 繋 代わ 対応 連絡 問い合わせ|希望 お願い たい|担当者 オペレーター 人間 スタッフ 係の人 有人|人",
}
_UNSPACED = {"zh", "ja", "th"}
_YES = """
yes yeah yep sure ok okay ja jawohl gerne klar si claro vale oui ouais volontiers d'accord sim tak jasne poproszę evet olur
да конечно давайте نعم اجل أجل اكيد 是 是的 好 好的 行 可以 要 嗯 対 はい ええ お願い お願いします うん 네 예 응 그래 좋아요 हाँ हां जी
có vâng dạ
ừ được joo kyllä ano da desigur igen persze ναι βέβαια так звичайно כן בטח ใช่ ได้ ครับ ค่ะ ya iya boleh baik graag javisst gärna 👍 ✅ 👌
"""
_COURTESY = """
please do that go ahead bitte por favor s'il vous plaît merci thanks danke gracias thank you per favore grazie obrigado
obrigada kérem prosím
lütfen tack tak dziękuję proszę пожалуйста спасибо من فضلك شكرا 谢谢 請 请 तो धन्यवाद कृपया cảm ơn alstublieft dank kiitos mulțumesc ευχαριστώ
παρακαλώ дякую תודה בבקשה terima kasih tolong 🙏
"""
_WHO_ARE_YOU = regex.compile(
    r"^\W*(?:am i|are you|is this|i(?: want| need)? to know|"
    r"spreche ich|bist du|sind sie|eres|estoy|es-tu|etes-vous|est-ce|sto parlando|sei|estou|voce e)\b"
)
"""Who asks whether we are a human being is answered, not handed over."""

_CLAUSE = regex.compile(r"[.!?;:\n。！？؟।…]+")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}'’-]+|\p{Emoji_Presentation}")


def asks_for_person(text: str) -> bool:
    """Whether somebody wants to be with a human being instead of us."""
    if len(text) > 2 * LONGEST:
        text = f"{text[:LONGEST]}\n{text[-LONGEST:]}"
    return any(_clause_asks(clause) for clause in _CLAUSE.split(folded(text.lower().replace("’", "'"))) if clause.strip())


def says_yes(text: str) -> bool:
    """Whether a short message is a yes and nothing else."""
    words = _words(folded(text.lower()))
    yes, courtesy = _answers()
    return len(words) <= SHORT and any(word in yes for word in words) and all(word in yes or word in courtesy for word in words)


def _clause_asks(clause: str) -> bool:
    if not _somebody().search(clause):
        return False
    words = _words(clause)
    return not _WHO_ARE_YOU.search(clause) and any(
        _fits(words, clause, *lists, unspaced=language in _UNSPACED) for language, lists in _lists().items()
    )


def _fits(words: list[str], clause: str, talking: Words, wishing: Words, sure: Words, unsure: Words, *, unspaced: bool) -> bool:
    if unspaced:
        return any(word in clause for word in sure) and (any(word in clause for word in (*talking, *wishing)) or len(clause.strip()) <= 8)
    joined = "_".join(words)
    for somebody, verbs in ((sure, (*talking, *wishing)), (unsure, talking)):
        people = _where(words, joined, somebody)
        if people and any(abs(at - person) <= NEAR for at in _where(words, joined, verbs) for person in people):
            return True
    return bool(words) and len(words) <= SHORT and _is_only(words, joined, sure)


def _where(words: list[str], joined: str, wanted: Words) -> list[int]:
    """The places of words that begin like one of these; a phrase is written with `_`."""
    found = [at for at, word in enumerate(words) if word.startswith(tuple(one for one in wanted if "_" not in one))]
    phrases = (f"_{joined}".find(f"_{one}") for one in wanted if "_" in one)
    return found + [joined[:at].count("_") for at in phrases if at >= 0]


def _is_only(words: list[str], joined: str, sure: Words) -> bool:
    """Nothing but a name for staff and courtesies: "agent please", "ein Mitarbeiter bitte"."""
    people = set(_where(words, joined, sure))
    yes, courtesy = _answers()
    return bool(people) and all(at in people or word in yes or word in courtesy or word in _ARTICLES for at, word in enumerate(words))


_ARTICLES = frozenset("a an the ein eine einen un una une um uma el la le il lo et en en w z".split())  # noqa: SIM905


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("’", "'"))


@lru_cache(maxsize=1)
def _lists() -> dict[str, tuple[Words, Words, Words, Words]]:
    lists = {}
    for language, written in _ASKING.items():
        talking, wishing, sure, unsure = (tuple(folded(part.lower()).split()) for part in written.split("|"))
        lists[language] = (talking, wishing, sure, unsure)
    return lists


@lru_cache(maxsize=1)
def _somebody() -> "regex.Pattern[str]":
    """Whoever can be talked to, in any language: most messages name nobody, and are done with here."""
    spaced = {word.replace("_", r"\W+") for code, lists in _lists().items() if code not in _UNSPACED for word in (*lists[2], *lists[3])}
    unspaced = {word for code in _UNSPACED for word in _lists()[code][2]}
    return regex.compile(rf"(?<![\p{{L}}\p{{M}}])(?:{'|'.join(sorted(spaced))})|{'|'.join(sorted(unspaced))}")


@lru_cache(maxsize=1)
def _answers() -> tuple[frozenset[str], frozenset[str]]:
    """The words of a yes, and those that may stand beside one."""
    return frozenset(_words(folded(_YES.lower()))), frozenset(_words(folded(_COURTESY.lower())))
