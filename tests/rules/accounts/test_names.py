import pytest

from sekisho.accounts.names import kana_key, name_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        pytest.param("髙橋　花子", "高橋花子", id="はしごだか・全角空白"),
        pytest.param("﨑山", "崎山", id="立つさき"),
        pytest.param("𠮷田", "吉田", id="つちよし"),
        pytest.param("渡邊", "渡辺", id="邊"),
        pytest.param("渡邉", "渡辺", id="邉"),
        pytest.param("齋藤", "斉藤", id="齋"),
        pytest.param("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ", id="半角カナ"),
        pytest.param("ジョン・スミス", "ジョンスミス", id="中黒"),
        pytest.param("㈱架空でんき", "(株)架空でんき", id="機種依存文字"),
        pytest.param("葛󠄀城", "葛城", id="異体字セレクタ"),
        pytest.param("德永", "徳永", id="旧字"),
    ],
)
def test_one_name_has_one_key_however_it_is_written(name, key):
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("kana", "key"),
    [
        pytest.param("かくう　はなこ", "カクウハナコ", id="ひらがな"),
        pytest.param("ヴァイオレット", "ブアイオレツト", id="ヴと小書き"),
        pytest.param("ｼﾞｬﾊﾟﾝ", "ジヤパン", id="半角"),
        pytest.param("おおつか", "オオツカ", id="長音は足さない"),
        pytest.param("オーツカ", "オツカ", id="長音は除く"),
        pytest.param("かづえ", "カズエ", id="ヅ"),
    ],
)
def test_one_reading_has_one_key(kana, key):
    assert kana_key(kana) == key
