"""What people write in chats, by our own hand, separated by "|": to measure, not to tune.

Two rules owe something to it all the same: that a row of words with capitals is a name (three products had turned
threads), and that some letters are only Russian or only Ukrainian (one change of language was missed).
"""

ONE_LINERS = {
    "en": "hello|hi there|thanks a lot|good morning|anyone here?|need help|where's my order|yes please|no thanks|bye|thx|"
    "size chart?",
    "de": "danke|hallo|guten Morgen|moin|vielen Dank|ja bitte|nein danke|Hilfe bitte|wo bleibt mein Paket|tschüss|passt|"
    "super, danke",
    "es": "hola|gracias|buenos días|muchas gracias|sí, por favor|no gracias|necesito ayuda|¿dónde está mi pedido?|adiós|"
    "vale|buenas|perfecto",
    "fr": "merci|bonjour|salut|bonsoir|oui merci|non merci|besoin d'aide|où est mon colis ?|au revoir|d'accord|"
    "merci beaucoup|parfait",
    "it": "ciao|grazie|buongiorno|grazie mille|sì grazie|no grazie|mi serve aiuto|dov'è il mio pacco?|arrivederci|"
    "va bene|perfetto|salve",
    "pt": "olá|obrigado|bom dia|obrigada|sim, por favor|não, obrigado|preciso de ajuda|cadê meu pedido?|tchau|tudo bem|"
    "oi|perfeito",
    "nl": "hallo|bedankt|goedemorgen|dank je wel|ja graag|nee dank je|ik heb hulp nodig|waar is mijn pakket?|doei|prima|"
    "hoi|super bedankt",
    "pl": "cześć|dziękuję|dzień dobry|dzięki|tak, poproszę|nie, dziękuję|potrzebuję pomocy|gdzie moja paczka?|"
    "do widzenia|dobrze|hej|super",
    "tr": "merhaba|teşekkürler|günaydın|sağ olun|evet lütfen|hayır teşekkürler|yardım lazım|kargom nerede?|hoşça kalın|"
    "tamam|selam|harika",
    "ru": "привет|спасибо|доброе утро|большое спасибо|да, пожалуйста|нет, спасибо|нужна помощь|где мой заказ?|"
    "до свидания|хорошо|ага|отлично",
    "ar": "مرحبا|شكرا|صباح الخير|شكرا جزيلا|نعم من فضلك|لا شكرا|أحتاج مساعدة|أين طلبي؟|مع السلامة|حسنا|السلام عليكم|ممتاز",
    "zh": "你好|谢谢|早上好|非常感谢|好的|不用了，谢谢|需要帮助|我的订单在哪里？|再见|可以|在吗|太好了",
    "ja": "こんにちは|ありがとう|おはようございます|ありがとうございます|はい、お願いします|いいえ、結構です|"
    "助けてください|荷物はどこですか？|さようなら|了解です|すみません|完璧です",
    "ko": "안녕하세요|감사합니다|좋은 아침이에요|정말 고마워요|네, 부탁해요|아니요, 괜찮아요|도와주세요|"
    "제 주문 어디 있나요?|안녕히 계세요|알겠습니다|여보세요|완벽해요",
    "hi": "नमस्ते|धन्यवाद|सुप्रभात|बहुत धन्यवाद|हाँ, कृपया|नहीं, धन्यवाद|मदद चाहिए|मेरा ऑर्डर कहाँ है?|अलविदा|ठीक है|"
    "शुक्रिया|बढ़िया",
    "vi": "xin chào|cảm ơn|chào buổi sáng|cảm ơn nhiều|vâng, làm ơn|không, cảm ơn|tôi cần giúp đỡ|đơn hàng của tôi đâu?|"
    "tạm biệt|được rồi|chào bạn|tuyệt vời",
    "da": "hej|tak|godmorgen|mange tak|ja tak|nej tak|jeg har brug for hjælp|hvor er min pakke?|farvel|okay, fint|"
    "tusind tak|perfekt",
    "sv": "hej|tack|god morgon|tack så mycket|ja tack|nej tack|jag behöver hjälp|var är mitt paket?|hej då|okej, bra|"
    "tusen tack|perfekt",
    "fi": "hei|kiitos|hyvää huomenta|paljon kiitoksia|kyllä kiitos|ei kiitos|tarvitsen apua|missä pakettini on?|näkemiin|"
    "selvä|moi|täydellistä",
    "cs": "ahoj|děkuji|dobré ráno|moc díky|ano, prosím|ne, děkuji|potřebuji pomoc|kde je můj balík?|na shledanou|dobře|"
    "čau|skvělé",
    "ro": "salut|mulțumesc|bună dimineața|mulțumesc mult|da, vă rog|nu, mulțumesc|am nevoie de ajutor|"
    "unde e coletul meu?|la revedere|bine|bună|perfect",
    "hu": "szia|köszönöm|jó reggelt|nagyon köszönöm|igen, kérem|nem, köszönöm|segítségre van szükségem|hol a csomagom?|"
    "viszlát|rendben|helló|tökéletes",
    "el": "γεια|ευχαριστώ|καλημέρα|ευχαριστώ πολύ|ναι, παρακαλώ|όχι, ευχαριστώ|χρειάζομαι βοήθεια|πού είναι το δέμα μου;|"
    "αντίο|εντάξει|γεια σας|τέλεια",
    "uk": "привіт|дякую|доброго ранку|дуже дякую|так, будь ласка|ні, дякую|потрібна допомога|де моє замовлення?|"
    "до побачення|добре|вітаю|чудово",
    "he": "שלום|תודה|בוקר טוב|תודה רבה|כן בבקשה|לא תודה|אני צריך עזרה|איפה החבילה שלי?|להתראות|בסדר|היי|מצוין",
    "th": "สวัสดี|ขอบคุณ|อรุณสวัสดิ์|ขอบคุณมาก|ใช่ค่ะ|ไม่เป็นไร|ต้องการความช่วยเหลือ|พัสดุของฉันอยู่ที่ไหน|ลาก่อน|ตกลง|"
    "ขอบคุณครับ|เยี่ยมเลย",
    "id": "halo|terima kasih|selamat pagi|terima kasih banyak|ya, tolong|tidak, terima kasih|saya butuh bantuan|"
    "paket saya di mana?|sampai jumpa|baik|hai|mantap",
}  # fmt: skip

TURNS_NOTHING = {
    "ok": "ok|OK!|okay|k|oki|ok ok|Ok.|okey|👌 ok|okk",
    "emoji": "👍|🙏🙏|😂|❤️|:+1:|:white_check_mark:|👍🏽 👍🏽|🎉🎉🎉|:-)|<:lumen:123456789012345678>",
    "ids": "#A-10293|4711-22|order 4711-22|LMP-300-XL|DE89370400440532013000|RMA#2024/0815|JJD0003912345678|"
    "A10293, A10294|ERR_CONN_0x80072EE7|1Z999AA10123456784",
    "products": "Nora Tischlampe|iPhone 15 Pro Max|Élégance vase bleu|MacBook Air|La Mer Crème|Dolce Vita|Grand Tour Espresso|"
    "Kallax Hylla|Bauhaus Stuhl schwarz|Apple MacBook Pro Space Grey|Sony WH-1000XM5 Noise Cancelling Headphones|"
    "Nora Tischlampe Eiche natur|Le Creuset Cocotte Signature ronde|Canapé Jardin|Café del Sol",
    "links": "https://shop.example/danke/merci?x=hola|www.example.com/wo-ist-meine-bestellung|"
    "shop.example/fr/retours-et-remboursements|<https://shop.example/de|hier>|"
    "[Rücksendung](https://shop.example/ruecksendung)x1|anna.schmidt@example.com|"
    "https://example.com/es/donde-esta-mi-pedido",
    "code": "`print('hello world, this is english')`|```\nfor item in basket: total += item.price\n```|<@U12345> ?|12,50 €|"
    "19:30|+49 30 1234567|SELECT_1|100%|2 x 3|-",
    "courtesy": "merci|ciao|thanks!|gracias|danke|hola|yes please|ok thanks|obrigado|bye|super|perfect",
}  # fmt: skip

FIRST_FULL_SENTENCES = {
    "en": "My parcel still has not arrived, can you check?",
    "de": "Mein Paket ist immer noch nicht da, können Sie nachsehen?",
    "es": "Mi paquete todavía no ha llegado, ¿pueden comprobarlo?",
    "fr": "Mon colis n'est toujours pas arrivé, pouvez-vous vérifier ?",
    "it": "Il mio pacco non è ancora arrivato, potete controllare?",
    "pt": "O meu pacote ainda não chegou, vocês podem verificar?",
    "nl": "Mijn pakket is nog steeds niet aangekomen, kunt u het nakijken?",
    "pl": "Moja paczka wciąż nie dotarła, czy mogą Państwo sprawdzić?",
    "tr": "Paketim hâlâ gelmedi, kontrol edebilir misiniz?",
    "ru": "Моя посылка до сих пор не пришла, можете проверить?",
    "ar": "لم يصل طردي بعد، هل يمكنكم التحقق؟",
    "zh": "我的包裹还没到，可以帮我查一下吗？",
    "ja": "荷物がまだ届いていません。確認していただけますか？",
    "ko": "제 택배가 아직 도착하지 않았는데 확인해 주시겠어요?",
    "hi": "मेरा पार्सल अभी तक नहीं आया है, क्या आप देख सकते हैं?",
    "vi": "Gói hàng của tôi vẫn chưa đến, bạn kiểm tra giúp tôi được không?",
    "da": "Min pakke er stadig ikke kommet, kan I undersøge det?",
    "sv": "Mitt paket har fortfarande inte kommit, kan ni kontrollera det?",
    "fi": "Pakettini ei ole vieläkään saapunut, voitteko tarkistaa?",
    "cs": "Můj balík stále nedorazil, můžete to zkontrolovat?",
    "ro": "Coletul meu tot nu a ajuns, puteți verifica?",
    "hu": "A csomagom még mindig nem érkezett meg, meg tudják nézni?",
    "el": "Το δέμα μου δεν έχει φτάσει ακόμα, μπορείτε να το ελέγξετε;",
    "uk": "Моя посилка досі не прийшла, можете перевірити?",
    "he": "החבילה שלי עדיין לא הגיעה, אפשר לבדוק?",
    "th": "พัสดุของฉันยังไม่มาถึง ช่วยตรวจสอบให้หน่อยได้ไหม",
    "id": "Paket saya masih belum sampai, bisakah Anda memeriksanya?",
}
