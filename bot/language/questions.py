"""Whether somebody asks something of everybody: cheap, and rather yes than no, for what follows must be answered by a help page."""

import regex

from bot.language.cleaning import folded

ENOUGH_WORDS = 8
"""So many words may well ask without looking like it: "my parcel has not arrived and it is three weeks now"."""
SPOKEN = 400
"""So many characters of the beginning are looked at for a word that asks."""

# Words that ask, by language; those that mean something else as often are left out.
_ASKING = """
how what when where why who which whose anyone
wie wann wo warum wer welche welcher welches wieso woher wohin jemand
como cual cuando donde quien cuanto alguien
comment quoi quand pourquoi qui quel quelle quels quelles combien est-ce puis-je peut-on quelqu'un
cosa quando dove perche quale quanto qualcuno
onde quem quanto qual alguem
hoe wat wanneer waar waarom wie welke hoeveel iemand
jak kiedy gdzie dlaczego kto ktory czy ktos
nasıl nasil zaman nerede neden niçin nicin hangi kac kaç biri
как что когда где почему зачем кто какой какая какие сколько можно ли кто-нибудь помогите
hvordan hvad hvornar hvor hvorfor hvem hvilken nogen
nar varfor vem vilken nagon
miten mita milloin missa miksi kuka mika onko joku
kdy kde proc kdo ktery kolik nekdo
cum cand unde cine cat cineva
hogyan mikor hol miert melyik mennyi valaki segitseg
πως τι ποτε που γιατι ποιος ποια ποιο ποσο μπορω καποιος βοηθεια
як що коли де чому хто який яка скільки чи хтось допоможіть
كيف ماذا متى اين أين لماذا من هل كم أي اي يمكنني
איך מה מתי איפה למה מי איזה כמה האם אפשר
कैसे क्या कब कहाँ कहां क्यों कौन कौनसा कितना कितने मदद
bagaimana kapan mengapa kenapa siapa berapa bisakah apakah
어떻게 뭐 무엇 언제 어디 왜 누가 얼마 몇 어떤
"""
_INSIDE = (
    "怎么 怎樣 怎样 什么 什麼 哪 谁 誰 为什么 為什麼 多少 几 嗎 吗 呢 能否 可否 请问 請問 どう 何 いつ "
    "どこ なぜ 誰 いくら ですか ますか でしょうか か。 อย่างไร ยังไง อะไร เมื่อไหร่ ที่ไหน ทำไม ใคร เท่าไหร่ ไหม มั้ย 나요 까요 가요 니까 "
    "khi_nào bao_giờ bao_nhiêu ở_đâu làm_sao tại_sao thế_nào như_nào"
)
"""Where words are not set apart, or end a question: found anywhere."""
_MARK = regex.compile(r"[?？؟՞፧⁇⁈‽⸮꘏]|(?<=\p{Greek}\W{0,2});")
_ADDRESS = regex.compile(r"\w+://\S+")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}'’-]+")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
_WORDS = frozenset(folded(_ASKING).split())
_PIECES = tuple(piece.replace("_", " ") for piece in _INSIDE.split())


def may_ask(text: str) -> bool:
    """Whether this may be a question: it has the mark of one, or a word that asks, or is long enough to be one without."""
    spoken = _ADDRESS.sub(" ", text)[:SPOKEN].lower()
    if _MARK.search(spoken) or any(piece in spoken for piece in _PIECES):
        return True
    words = _WORD.findall(folded(spoken))
    return any(word in _WORDS for word in words) or len(words) + len(_UNSPACED.findall(spoken)) // 2 >= ENOUGH_WORDS
