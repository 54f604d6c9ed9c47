import stat

from sekisho_links.grants.issuer_keys import FOLDER, issuer_keys, make_key


def test_the_first_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    keys = issuer_keys(tmp_path)
    path = tmp_path / FOLDER / "0001.pem"

    assert len(keys) == 1
    assert keys[0].startswith("-----BEGIN PRIVATE KEY-----")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert issuer_keys(tmp_path) == keys
    assert [one.name for one in path.parent.iterdir()] == ["0001.pem"]


def test_a_key_that_is_there_stays(tmp_path):
    keys = issuer_keys(tmp_path)

    make_key(tmp_path / FOLDER / "0001.pem")

    assert issuer_keys(tmp_path) == keys


def test_a_newer_key_signs_and_the_older_one_is_still_published(tmp_path):
    (old,) = issuer_keys(tmp_path)

    make_key(tmp_path / FOLDER / "0002.pem")

    first, last = issuer_keys(tmp_path)
    assert first == old
    assert last != old
