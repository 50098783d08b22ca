import pytest

from toolgraph.tools.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Returns the list of all cities in a country.", "English"),
        ("", "English"),
        ("GET /v1/users", "English"),
        ("Fetch café menus from São Paulo", "English"),
        ("Devuelve el estado de los pedidos para el cliente.", "Spanish"),
        ("Retorna os dados do cliente e uma lista com todos.", "Portuguese"),
        ("Récupère la liste des produits pour le client.", "French"),
        ("Gibt die Liste aller Kunden mit der Nummer zurück.", "German"),
        ("查询天气", "Chinese"),
        ("都市の天気をしらべる", "Japanese"),
        ("도시의 날씨", "Korean"),
        ("Погода в городе", "Cyrillic script"),
        ("يعرض الطقس", "Arabic script"),
        ("Look up 天 in the dictionary of Chinese characters", "English"),
        ("ไทย", "Thai"),
        ("ბიბლიოთეკა", "Georgian script"),
    ],
)
def test_a_language_shows_in_letters_and_common_words(text, language):
    assert language_of(text) == language
