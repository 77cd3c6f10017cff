"""An explicit wish for a language: "in English please", "auf Deutsch bitte", "日本語でお願いします".

A wish is a whole message, or a clause of one, that names one language and otherwise holds only small words of asking:
"I bought a book in English" names a language and wishes for nothing.
"""

from functools import lru_cache

import regex

from bot.language.cleaning import folded

LONGEST = 150
"""A wish stands at the beginning or the end of what somebody writes; so many characters of each are looked at."""

# What each language is called when one asks for it, in the sixteen languages: as written after "in", "auf", "po", ...
_NAMES = {
    "en": "english englisch inglés anglais inglese inglês engels angielsku angielski ingilizce английский английском по-английски "
    "الإنجليزية بالإنجليزية إنجليزي 英語 英语 英文 영어 영어로 अंग्रेज़ी अंग्रेजी tiếng_anh",
    "de": "german deutsch deutsche alemán allemand tedesco alemão duits niemiecku niemiecki almanca немецкий немецком по-немецки "
    "الألمانية بالألمانية ドイツ語 德语 德文 德語 독일어 독일어로 जर्मन tiếng_đức",
    "es": "spanish spanisch español castellano espagnol spagnolo espanhol spaans hiszpańsku hiszpański ispanyolca испанский испанском "
    "по-испански الإسبانية بالإسبانية スペイン語 西班牙语 西班牙文 西班牙語 스페인어 스페인어로 स्पेनिश tiếng_tây_ban_nha",
    "fr": "french französisch francés français francese francês frans francusku francuski fransızca французский французском "
    "по-французски الفرنسية بالفرنسية フランス語 法语 法文 法語 프랑스어 프랑스어로 फ़्रेंच फ्रेंच फ़्रांसीसी tiếng_pháp",
    "it": "italian italienisch italiano italien italiaans włosku włoski italyanca итальянский итальянском по-итальянски "
    "الإيطالية بالإيطالية イタリア語 意大利语 意大利文 義大利語 이탈리아어 이탈리아어로 इतालवी tiếng_ý",
    "pt": "portuguese portugiesisch portugués portugais portoghese português portugees portugalsku portugalski portekizce "
    "португальский португальском по-португальски البرتغالية بالبرتغالية ポルトガル語 葡萄牙语 葡萄牙文 葡萄牙語 포르투갈어 포르투갈어로 "
    "पुर्तगाली tiếng_bồ_đào_nha",
    "nl": "dutch niederländisch holländisch neerlandés holandés néerlandais hollandais olandese holandês neerlandês nederlands "
    "niderlandzku holendersku holenderski felemenkçe hollandaca нидерландском голландском по-голландски по-нидерландски الهولندية "
    "بالهولندية オランダ語 荷兰语 荷蘭語 네덜란드어 네덜란드어로 डच tiếng_hà_lan",
    "pl": "polish polnisch polaco polonais polacco polonês pools polsku polski lehçe polonyaca польский польском по-польски "
    "البولندية بالبولندية ポーランド語 波兰语 波蘭語 폴란드어 폴란드어로 पोलिश tiếng_ba_lan",
    "tr": "turkish türkisch turco turc turks turecku turecki türkçe турецкий турецком по-турецки التركية بالتركية トルコ語 土耳其语 "
    "土耳其語 터키어 터키어로 튀르키예어 튀르키예어로 तुर्की tiếng_thổ_nhĩ_kỳ",
    "ru": "russian russisch ruso russe russo rosyjsku rosyjski rusça русский русском по-русски الروسية بالروسية ロシア語 俄语 俄文 俄語 "
    "러시아어 러시아어로 रूसी tiếng_nga",
    "ar": "arabic arabisch árabe arabe arabo arabsku arabski arapça арабский арабском по-арабски العربية بالعربية بالعربي عربي "
    "アラビア語 阿拉伯语 阿拉伯文 阿拉伯語 아랍어 아랍어로 अरबी tiếng_ả_rập",
    "zh": "chinese mandarin chinesisch chino chinois cinese chinês chinees chińsku chiński çince китайский китайском по-китайски "
    "الصينية بالصينية 中国語 中文 汉语 漢語 普通话 华语 중국어 중국어로 चीनी tiếng_trung tiếng_hoa",
    "ja": "japanese japanisch japonés japonais giapponese japonês japans japońsku japoński japonca японский японском по-японски "
    "اليابانية باليابانية 日本語 日语 日文 日語 일본어 일본어로 जापानी tiếng_nhật",
    "ko": "korean koreanisch coreano coréen koreaans koreańsku koreański korece корейский корейском по-корейски الكورية بالكورية "
    "韓国語 韩语 韩文 韓語 한국어 한국어로 한국말로 कोरियाई tiếng_hàn",
    "hi": "hindi hintçe хинди الهندية بالهندية ヒンディー語 印地语 印地語 힌디어 힌디어로 हिंदी हिन्दी tiếng_hindi tiếng_ấn_độ",
    "vi": "vietnamese vietnamesisch vietnamita vietnamien vietnamees wietnamsku wietnamski vietnamca вьетнамский вьетнамском "
    "по-вьетнамски الفيتنامية بالفيتنامية ベトナム語 越南语 越南文 越南語 베트남어 베트남어로 वियतनामी tiếng_việt",
}

# The small words of asking, in the same languages.
_ASKING = """
in please pls plz can could would you we i i'd me to the answer answers reply respond write speak talk continue switch change
language prefer like only now do rather want use hi hello hey sorry thanks thank bitte auf können könnten kannst sie du wir mir
ich möchte antworten antworte antwort schreiben schreib sprechen sprich lieber nur weiter danke hallo en por favor puede puedes
podría podrías podemos responder responda responde respóndame escribir escriba hablar habla hablan hable háblame prefiero gracias
hola se s'il vous te plaît plait svp stp pouvez peux pourriez on parler parlez répondre répondez réponds écrire écrivez parle je
préfère merci bonjour per favore cortesia può puoi potete possiamo rispondere risponda rispondi scrivere scriva scrivi parlare
parla parlate preferisco grazie ciao em você pode poderia fala fale falar falam prefiro obrigado obrigada olá het alstublieft
alsjeblieft graag kunt kan u antwoorden antwoord schrijven spreekt spreken liever dank po proszę poproszę język języku w czy można
może pan pani odpowiedzieć odpowiadać pisać mówić mówi mówicie dziękuję lütfen olarak cevap yanıt verin verir misiniz yazın yazar
konuşun konuşur musunuz konuşabilir dilinde пожалуйста на языке можно можете могли бы вы мы ответьте отвечайте ответить отвечать
пишите говорите говорить давайте спасибо من فضلك لو سمحت سمحتم رجاء رجاءً هل يمكنك يمكنكم يمكن الرد أجب أجبني أجيبوا اكتب تحدث
تتحدث باللغة اللغة أريد شكرا कृपया में मे मुझे जवाब उत्तर दें दीजिए दे लिखें बात करें कर क्या आप सकते हैं है बोलें बताएं बताइए
धन्यवाद 부탁드립니다 부탁드려요 부탁해요 부탁합니다 답변 답변해 답해 대답해 대답 해 해주세요 주세요 주시겠어요 말해 말씀해
가능한가요 가능해요 제발 좀 bằng xin vui lòng làm ơn hãy trả lời nói viết có thể bạn tôi cho được không nhé ạ
"""
_ASKING_WITHOUT_SPACES = """
お願いします おねがいします お願い致します お願いいたします お願い 回答してください 回答して 答えてください 答えて
返信してください 返信 書いてください 話してください 教えてください ください 下さい 対応 できますか 話せますか もらえますか
いただけますか 回答 で を は 请 請 麻烦 可以 能 会 會 你 您 我 用 说 說 讲 講 写 改用 改 跟 和 回复 回覆 回復 我们 交流 谢谢 謝謝
吗 嗎 吧 好
"""

_CLAUSE_END = regex.compile(r"[.,;:!?…\n()。、，；：！？؟،।–—]+")
_SIGN = regex.compile(r"[^\p{L}\p{M}'’_-]+")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー]")


def wish_for(text: str) -> str:
    """The code of the language that somebody asks for, one of sixteen; "" when nobody asks."""
    if len(text) > 2 * LONGEST:
        text = f"{text[:LONGEST]}\n{text[-LONGEST:]}"
    whole = _wished(text, alone=True)
    if whole:
        return whole
    clauses = [clause for clause in _CLAUSE_END.split(text) if clause.strip()]
    wishes = [_wished(clause, alone=False) for clause in (*clauses[-2:][::-1], *clauses[:2])]
    return next((wish for wish in wishes if wish), "")


def _wished(clause: str, alone: bool) -> str:
    """`alone`: a bare name is wish enough, since there is nothing else in the message."""
    names, asking, unspaced = _tables()
    plain = folded(" ".join(_SIGN.sub(" ", clause.lower().replace("’", "'")).split()))
    named = {_codes()[name] for name in names.findall(plain)}
    if len(named) != 1:
        return ""
    rest = names.sub(" ", plain).split()
    if any(word not in asking and not unspaced.fullmatch(word) for word in rest):
        return ""
    return named.pop() if rest or alone else ""


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {folded(name.replace("_", " ").lower()): code for code, names in _NAMES.items() for name in names.split()}


@lru_cache(maxsize=1)
def _tables() -> "tuple[regex.Pattern[str], frozenset[str], regex.Pattern[str]]":
    """The names, the small words, and what stands around a name where no spaces are written."""
    ordered = sorted(_codes(), key=len, reverse=True)
    spaced = "|".join(regex.escape(name) for name in ordered if not _UNSPACED.search(name))
    unspaced = "|".join(regex.escape(name) for name in ordered if _UNSPACED.search(name))
    names = regex.compile(rf"(?<![\p{{L}}\p{{M}}'-])(?:{spaced})(?![\p{{L}}\p{{M}}'-])|{unspaced}")
    asking = frozenset(folded(word.lower()) for word in _ASKING.split())
    particles = sorted((folded(word) for word in _ASKING_WITHOUT_SPACES.split()), key=len, reverse=True)
    return names, asking, regex.compile(f"(?:{'|'.join(map(regex.escape, particles))})++")
