"""The words with which people ask for a language, in 27 languages: its names, and the small words around them.

A name stands as it is written after "in", "auf", "po", ...; `_` is a space within a name. Forms that follow a rule
(the Arabic and Hebrew "in", the Korean "to") are made in wishes.py. A name that is also another everyday word stands
with its article: "fins" is also what divers wear.
"""

NAMES = {
    "en": """english englisch inglés anglais inglese inglês engels angielsku angielski ingilizce английский английском по-английски
        الإنجليزية إنجليزي 英語 英语 英文 영어 अंग्रेज़ी अंग्रेजी tiếng_anh engelsk engelska englanniksi englantia anglicky
        angličtině engleză englezește angolul αγγλικά англійською אנגלית ภาษาอังกฤษ bahasa_inggris""",
    "de": """german deutsch deutsche alemán allemand tedesco alemão duits niemiecku niemiecki almanca немецкий немецком по-немецки
        الألمانية ドイツ語 德语 德文 德語 독일어 जर्मन tiếng_đức tysk tyska saksaksi saksaa německy němčině germană németül
        γερμανικά німецькою גרמנית ภาษาเยอรมัน bahasa_jerman""",
    "es": """spanish spanisch español castellano espagnol spagnolo espanhol spaans hiszpańsku hiszpański ispanyolca испанский
        испанском по-испански الإسبانية スペイン語 西班牙语 西班牙文 西班牙語 스페인어 स्पेनिश tiếng_tây_ban_nha spansk
        spanska espanjaksi španělsky španělštině spaniolă spanyolul ισπανικά іспанською ספרדית ภาษาสเปน bahasa_spanyol""",
    "fr": """french französisch francés français francese francês frans francusku francuski fransızca французский французском
        по-французски الفرنسية フランス語 法语 法文 法語 프랑스어 फ़्रेंच फ्रेंच फ़्रांसीसी tiếng_pháp fransk franska
        ranskaksi francouzsky francouzštině franceză franciául γαλλικά французькою צרפתית ภาษาฝรั่งเศส bahasa_prancis
        bahasa_perancis""",
    "it": """italian italienisch italiano italien italiaans włosku włoski italyanca итальянский итальянском по-итальянски الإيطالية
        イタリア語 意大利语 意大利文 義大利語 이탈리아어 इतालवी tiếng_ý italiensk italienska italiaksi italsky italštině
        italiană olaszul ιταλικά італійською איטלקית ภาษาอิตาลี bahasa_italia""",
    "pt": """portuguese portugiesisch portugués portugais portoghese português portugees portugalsku portugalski portekizce
        португальский португальском по-португальски البرتغالية ポルトガル語 葡萄牙语 葡萄牙文 葡萄牙語 포르투갈어 पुर्तगाली
        tiếng_bồ_đào_nha portugisisk portugisiska portugaliksi portugalsky portugheză portugálul πορτογαλικά португальською
        פורטוגזית ภาษาโปรตุเกส bahasa_portugis""",
    "nl": """dutch niederländisch holländisch neerlandés holandés néerlandais hollandais olandese holandês neerlandês nederlands
        niderlandzku holendersku holenderski felemenkçe hollandaca нидерландском голландском по-голландски по-нидерландски
        الهولندية オランダ語 荷兰语 荷蘭語 네덜란드어 डच tiếng_hà_lan hollandsk nederlandsk nederländska holländska
        hollanniksi nizozemsky olandeză neerlandeză hollandul ολλανδικά нідерландською הולנדית ภาษาดัตช์ bahasa_belanda""",
    "pl": """polish polnisch polaco polonais polacco polonês pools polsku polski lehçe polonyaca польский польском по-польски
        البولندية ポーランド語 波兰语 波蘭語 폴란드어 पोलिश tiếng_ba_lan polsk polska puolaksi polsky polštině poloneză
        lengyelül πολωνικά польською פולנית ภาษาโปแลนด์ bahasa_polandia""",
    "tr": """turkish türkisch turco turc turks turecku turecki türkçe турецкий турецком по-турецки التركية トルコ語 土耳其语
        土耳其語 터키어 튀르키예어 तुर्की tiếng_thổ_nhĩ_kỳ tyrkisk turkiska turkiksi turecky turcă törökül τουρκικά турецькою
        טורקית ภาษาตุรกี bahasa_turki""",
    "ru": """russian russisch ruso russe russo rosyjsku rosyjski rusça русский русском по-русски الروسية ロシア語 俄语 俄文 俄語
        러시아어 रूसी tiếng_nga russisk ryska venäjäksi rusky ruštině rusă oroszul ρωσικά ρώσικα російською רוסית ภาษารัสเซีย
        bahasa_rusia""",
    "ar": """arabic arabisch árabe arabe arabo arabsku arabski arapça арабский арабском по-арабски العربية بالعربي عربي アラビア語
        阿拉伯语 阿拉伯文 阿拉伯語 아랍어 अरबी tiếng_ả_rập arabisk arabiska arabiaksi arabsky arabă arabul αραβικά арабською
        ערבית ภาษาอาหรับ bahasa_arab""",
    "zh": """chinese mandarin chinesisch chino chinois cinese chinês chinees chińsku chiński çince китайский китайском по-китайски
        الصينية 中国語 中文 汉语 漢語 普通话 华语 중국어 चीनी tiếng_trung tiếng_hoa kinesisk kinesiska kiinaksi čínsky
        čínštině chineză kínaiul κινεζικά κινέζικα китайською סינית ภาษาจีน bahasa_mandarin bahasa_cina bahasa_tionghoa""",
    "ja": """japanese japanisch japonés japonais giapponese japonês japans japońsku japoński japonca японский японском по-японски
        اليابانية 日本語 日语 日文 日語 일본어 जापानी tiếng_nhật japansk japanska japaniksi japonsky japonštině japoneză
        japánul ιαπωνικά японською יפנית ภาษาญี่ปุ่น bahasa_jepang""",
    "ko": """korean koreanisch coreano coréen koreaans koreańsku koreański korece корейский корейском по-корейски الكورية 韓国語
        韩语 韩文 韓語 한국어 한국말로 कोरियाई tiếng_hàn koreansk koreanska koreaksi korejsky korejštině coreeană koreaiul
        κορεατικά корейською קוריאנית ภาษาเกาหลี bahasa_korea""",
    "hi": """hindi hintçe хинди الهندية ヒンディー語 印地语 印地語 힌디어 हिंदी हिन्दी tiếng_hindi tiếng_ấn_độ hindiksi hindsky
        hindiül χίντι гінді הינדי ภาษาฮินดี bahasa_hindi""",
    "vi": """vietnamese vietnamesisch vietnamita vietnamien vietnamees wietnamsku wietnamski vietnamca вьетнамский вьетнамском
        по-вьетнамски الفيتنامية ベトナム語 越南语 越南文 越南語 베트남어 वियतनामी tiếng_việt vietnamesisk vietnamesiska
        vietnamiksi vietnamsky vietnameză vietnamiul βιετναμικά βιετναμέζικα в'єтнамською וייטנאמית ภาษาเวียดนาม
        bahasa_vietnam""",
    "da": """danish dänisch danés danois danese dinamarquês deens duńsku duński danca датский датском по-датски الدنماركية
        الدانماركية デンマーク語 丹麦语 丹麥語 덴마크어 डेनिश tiếng_đan_mạch dansk danska tanskaksi dánsky daneză dánul δανικά
        δανέζικα данською דנית ภาษาเดนมาร์ก bahasa_denmark""",
    "sv": """swedish schwedisch sueco suédois svedese zweeds szwedzku szwedzki isveççe шведский шведском по-шведски السويدية
        スウェーデン語 瑞典语 瑞典語 스웨덴어 स्वीडिश tiếng_thụy_điển svensk svenska ruotsiksi ruotsia švédsky suedeză svédül
        σουηδικά шведською שוודית ภาษาสวีเดน bahasa_swedia""",
    "fi": """finnish finnisch finés finlandés finnois finlandese finlandês het_fins fińsku fiński fince финский финском по-фински
        الفنلندية フィンランド語 芬兰语 芬蘭語 핀란드어 फ़िनिश फिनिश tiếng_phần_lan finsk finska suomeksi suomea finsky
        finlandeză finnül φινλανδικά фінською פינית ภาษาฟินแลนด์ ภาษาฟินนิช bahasa_finlandia""",
    "cs": """czech tschechisch checo tchèque ceco tcheco tsjechisch czesku czeski çekçe чешский чешском по-чешски التشيكية チェコ語
        捷克语 捷克語 체코어 चेक_भाषा tiếng_séc tjekkisk tjeckiska tšekiksi česky češtině cehă csehül τσεχικά τσέχικα чеською
        צ'כית ภาษาเช็ก bahasa_ceko""",
    "ro": """romanian rumänisch rumano roumain rumeno romeno roemeens rumuńsku rumuński rumence romence румынский румынском
        по-румынски الرومانية ルーマニア語 罗马尼亚语 羅馬尼亞語 루마니아어 रोमानियाई tiếng_rumani rumænsk rumänska romaniaksi
        rumunsky română românește románul ρουμανικά ρουμάνικα румунською רומנית ภาษาโรมาเนีย bahasa_rumania""",
    "hu": """hungarian ungarisch húngaro hongrois ungherese hongaars węgiersku węgierski macarca венгерский венгерском по-венгерски
        المجرية الهنغارية ハンガリー語 匈牙利语 匈牙利語 헝가리어 हंगेरियन tiếng_hungary ungarsk ungerska unkariksi maďarsky
        maďarštině maghiară magyarul ουγγρικά угорською הונגרית ภาษาฮังการี bahasa_hungaria""",
    "el": """greek griechisch griego grec greco grego grieks grecku grecki yunanca греческий греческом по-гречески اليونانية
        ギリシャ語 ギリシア語 希腊语 希臘語 그리스어 यूनानी tiếng_hy_lạp græsk grekiska kreikaksi řecky greacă görögül
        ελληνικά грецькою יוונית ภาษากรีก bahasa_yunani""",
    "uk": """ukrainian ukrainisch ucraniano ukrainien ucraino oekraïens ukraińsku ukraiński ukraynaca украинский украинском
        по-украински الأوكرانية ウクライナ語 乌克兰语 烏克蘭語 우크라이나어 यूक्रेनी tiếng_ukraina ukrainsk ukrainska
        ukrainaksi ukrajinsky ukrajinštině ucraineană ukránul ουκρανικά українською по-українськи אוקראינית ภาษายูเครน
        bahasa_ukraina""",
    "he": """hebrew hebräisch hebreo hébreu ebraico hebraico hebreeuws hebrajsku hebrajski ibranice иврит иврите العبرية ヘブライ語
        希伯来语 希伯來語 히브리어 हिब्रू tiếng_do_thái hebraisk hebreiska hepreaksi hebrejsky ebraică héberül εβραϊκά івритом
        עברית ภาษาฮีบรู bahasa_ibrani""",
    "th": """thai thailändisch tailandés thaï thaïlandais tailandese thailandese tailandês thais tajsku tajski tayca тайский
        тайском по-тайски التايلاندية التايلندية タイ語 泰语 泰文 泰語 태국어 थाई tiếng_thái thailandsk thailändska thaiksi
        thajsky thailandeză thaiul ταϊλανδικά тайською תאית תאילנדית ภาษาไทย bahasa_thai bahasa_thailand""",
    "id": """indonesian indonesisch indonesio indonésien indonesiano indonésio indonezyjsku indonezyjski endonezce индонезийский
        индонезийском по-индонезийски الإندونيسية インドネシア語 印尼语 印度尼西亚语 印尼語 인도네시아어 इंडोनेशियाई
        tiếng_indonesia indonesisk indonesiska indonesiaksi indonésky indoneziană indonézül ινδονησιακά індонезійською
        אינדונזית ภาษาอินโดนีเซีย bahasa_indonesia""",
}

ASKING = """
in please pls plz can could would you we i i'd me to the answer answers reply respond write speak talk continue switch change
language prefer like only now do rather want use hi hello hey sorry thanks thank bitte auf können könnten kannst sie du wir mir
ich möchte antworten antworte antwort schreiben schreib sprechen sprich lieber nur weiter danke hallo en por favor puede puedes
podría podrías podemos responder responda responde respóndame escribir escriba hablar habla hablan hable háblame prefiero
gracias hola se s'il vous te plaît plait svp stp pouvez peux pourriez on parler parlez répondre répondez réponds écrire écrivez
parle je préfère merci bonjour per favore cortesia può puoi potete possiamo rispondere risponda rispondi scrivere scriva scrivi
parlare parla parlate preferisco grazie ciao em você pode poderia fala fale falar falam prefiro obrigado obrigada olá het
alstublieft alsjeblieft graag kunt kan u antwoorden antwoord schrijven spreekt spreken liever dank po proszę poproszę język
języku w czy można może pan pani odpowiedzieć odpowiadać pisać mówić mówi mówicie dziękuję lütfen olarak cevap yanıt verin verir
misiniz yazın yazar konuşun konuşur musunuz konuşabilir dilinde пожалуйста на языке можно можете могли бы вы мы ответьте
отвечайте ответить отвечать пишите говорите говорить давайте спасибо من فضلك لو سمحت سمحتم رجاء رجاءً هل يمكنك يمكنكم يمكن الرد
أجب أجبني أجيبوا اكتب تحدث تتحدث باللغة اللغة أريد شكرا कृपया में मे मुझे जवाब उत्तर दें दीजिए दे लिखें बात करें कर क्या आप सकते
हैं है बोलें बताएं बताइए धन्यवाद 부탁드립니다 부탁드려요 부탁해요 부탁합니다 답변 답변해 답해 대답해 대답 해 해주세요 주세요
주시겠어요 말해 말씀해 가능한가요 가능해요 제발 좀 bằng xin vui lòng làm ơn hãy trả lời nói viết có thể bạn tôi cho được không
nhé ạ på tak svare svar skrive skriv tale taler snakke gerne venligst jeg vil hellere tack ni svara prata tala talar snälla
gärna jag hellre kiitos voitteko voisitteko voitko vastata vastatkaa vastaa kirjoittaa kirjoittakaa puhutteko puhua mieluummin
haluan prosím v můžete mohli byste odpovědět odpovídejte odpovězte mluvíte mluvit psát pište raději děkuji jazyce în vă rog
puteți răspunde răspundeți scrie scrieți vorbi vorbiți limba mulțumesc kérem legyen szíves tudna tudnak válaszolni válaszoljon
válaszoljanak írjon írni beszél beszélnek beszéljünk köszönöm szeretném στα παρακαλώ μπορείτε να απαντήσετε απαντήστε γράψτε
γράψετε μιλάτε μιλήσουμε ευχαριστώ будь ласка можна чи ви відповідати відповідайте відповісти відповідь пишіть говорити мовою
дякую בבקשה אפשר אתם יכולים לענות ענו תענו לכתוב מדברים תודה אנא נא tolong bisa bisakah anda dalam jawab menjawab pakai gunakan
bicara ya terima kasih balas mohon
"""

ASKING_WITHOUT_SPACES = """
お願いします おねがいします お願い致します お願いいたします お願い 回答してください 回答して 答えてください 答えて
返信してください 返信 書いてください 話してください 教えてください ください 下さい 対応 できますか 話せますか もらえますか
いただけますか 回答 で を は 请 請 麻烦 可以 能 会 會 你 您 我 用 说 說 讲 講 写 改用 改 跟 和 回复 回覆 回復 我们 交流 谢谢
謝謝 吗 嗎 吧 好 ครับ ค่ะ คะ ขอ ตอบ เป็น กรุณา โปรด ช่วย พูด ใช้ คุย ด้วย หน่อย นะ ได้ ไหม คุณ
"""
