"""CSV of questions and answers: a row is a passage, whatever its length."""

import csv
import io

from bot.errors import Unreadable
from bot.knowledge.documents.content import Content
from bot.knowledge.documents.markdown import decoded

QUESTION = frozenset(
    """question questions q faq title subject frage fragen pregunta preguntas pergunta perguntas domanda domande vraag vragen
    pytanie pytania soru sorular вопрос вопросы السؤال سؤال 问题 問題 問 质问 質問 질문 प्रश्न सवाल spørgsmål spørsmål fråga
    kysymys otázka întrebare kérdés ερώτηση питання שאלה คำถาม pertanyaan""".split()  # noqa: SIM905
) | {"câu hỏi"}
ANSWER = frozenset(
    """answer answers a reply text content body antwort antworten respuesta respuestas réponse réponses resposta respostas
    risposta risposte antwoord antwoorden odpowiedź odpowiedzi cevap yanıt ответ ответы الجواب الإجابة جواب إجابة 答案 回答 答
    答え 답변 답 उत्तर जवाब svar vastaus odpověď răspuns válasz απάντηση відповідь תשובה คำตอบ jawaban""".split()  # noqa: SIM905
) | {"trả lời", "câu trả lời"}
LONGEST_FIELD = 50_000
"""Characters: a row is one passage, and PostgreSQL takes no more than a megabyte of words in one."""


def read_questions(address: str, data: bytes) -> Content:
    """A CSV file. Raises Unreadable."""
    text = decoded(address, data)
    try:
        csv.field_size_limit(LONGEST_FIELD)
        table = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)) if any(cell.strip() for cell in row)]
    except csv.Error as exc:
        raise Unreadable(address, f"it is not CSV: {exc}") from exc
    question, answer, first = _columns(table)
    widest = max(question, answer)
    pairs = [(row[question].strip(), row[answer].strip()) for row in table[first:] if len(row) > widest]
    rows = tuple((" ".join(asked.split()), said) for asked, said in pairs if said)
    if not rows:
        raise Unreadable(address, "it has no two columns: a question and its answer")
    return Content("", rows=rows)


def _delimiter(text: str) -> str:
    """The sign that splits the first line most often, quoted parts left out."""
    line, quoted = "", False
    for sign in text:
        if sign == '"':
            quoted = not quoted
        elif sign == "\n" and not quoted and line.strip():
            break
        elif not quoted:
            line += sign
    return max(",;\t|", key=line.count)


def _columns(table: list[list[str]]) -> tuple[int, int, int]:
    """Which column asks, which answers, and the row at which they begin."""
    head = [cell.strip().casefold() for cell in table[0]] if table else []
    question = next((index for index, name in enumerate(head) if name in QUESTION), None)
    answer = next((index for index, name in enumerate(head) if name in ANSWER and index != question), None)
    if question is not None and answer is not None:
        return question, answer, 1
    return 0, 1, 0
