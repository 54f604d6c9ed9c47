"""The settings that keep the house closed, each with its value."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password

from sekisho_web.project import checks
from tests.links.accounts.cards import Issuer
from tests.links.accounts.soft_keys import NOW

LOCKED = {
    "DEBUG": False,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SESSION_COOKIE_NAME": "__Host-sekisho_session",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_PATH": "/",
    "SESSION_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_AGE": 43_200,
    "SESSION_SAVE_EVERY_REQUEST": False,
    "SESSION_ENGINE": "sekisho_web.accounts.sessions",
    "SESSION_SERIALIZER": "django.contrib.sessions.serializers.JSONSerializer",
    "CSRF_COOKIE_NAME": "__Host-sekisho_csrf",
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "X_FRAME_OPTIONS": "DENY",
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_PROXY_SSL_HEADER": None,
    "USE_X_FORWARDED_HOST": False,
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_621_440,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 1_000,
    "FILE_UPLOAD_PERMISSIONS": 0o640,
    "MFA_WEBAUTHN_USER_VERIFICATION": "required",
    "MFA_PASSKEY_LOGIN_ENABLED": False,
    "MFA_PASSKEY_SIGNUP_ENABLED": False,
    "MFA_TRUST_ENABLED": False,
    "MFA_SUPPORTED_TYPES": ["webauthn"],
    "AXES_FAILURE_LIMIT": 5,
    "AXES_COOLOFF_TIME": timedelta(minutes=15),
    "SEKISHO_IDLE_SECONDS": 1_800,
    "SEKISHO_IDLE_SECONDS_LENT": 600,
    "SEKISHO_FRESH_SECONDS": 300,
    "SEKISHO_DEMO": False,
    "SEKISHO_PROXY": False,
    "LANGUAGE_CODE": "ja",
    "TIME_ZONE": "Asia/Tokyo",
    "USE_TZ": True,
}


@pytest.mark.parametrize("name", LOCKED)
def test_a_setting_is_what_it_must_be(name):
    assert getattr(settings, name) == LOCKED[name]


def test_passwords_are_kept_by_argon2_alone_and_dearly():
    assert settings.PASSWORD_HASHERS == ["sekisho_web.accounts.hashing.Argon2"]
    assert settings.AUTH_PASSWORD_VALIDATORS == []  # sekisho.accounts.passwords judges
    assert make_password("春の海 ひねもすのたりかな").startswith(
        "argon2$argon2id$v=19$m=19456,t=2,p=1$"
    )


def test_every_request_is_one_transaction_on_a_healthy_connection():
    known = settings.DATABASES["default"]

    assert known["ATOMIC_REQUESTS"] is True
    assert known["CONN_HEALTH_CHECKS"] is True
    assert known["CONN_MAX_AGE"] == 0
    assert "assume_role" not in known["OPTIONS"]


def test_the_admin_is_not_installed():
    assert "django.contrib.admin" not in settings.INSTALLED_APPS


def test_rate_limits_are_counted_over_all_workers():
    assert settings.CACHES["default"]["BACKEND"] == "sekisho_web.frame.cache.JsonTable"


def test_hosts_are_named_and_nothing_else_is_served():
    assert "*" not in settings.ALLOWED_HOSTS


def in_a_process(code, **environment):
    import os

    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, "PYTHONPATH": "src", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


SHOW = (
    "import os; os.environ['DJANGO_SETTINGS_MODULE']='sekisho_web.project.settings';"
    "import django; django.setup(); from django.conf import settings as s; print({})"
)


def test_the_demo_loosens_tls_and_nothing_else():
    names = [name for name in LOCKED if not name.startswith(("SECURE_SSL", "SECURE_HSTS"))]
    names.remove("SEKISHO_DEMO")
    done = in_a_process(SHOW.format(f"[getattr(s, n) for n in {names!r}]"), SEKISHO_DEMO="1")

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str([LOCKED[name] for name in names])


def test_the_demo_is_served_on_loopback_only():
    done = in_a_process(
        SHOW.format("s.ALLOWED_HOSTS"), SEKISHO_DEMO="1", SEKISHO_HOSTS="sekisho.example"
    )

    assert done.stdout.strip() == "['localhost', '127.0.0.1', '[::1]']"


def test_the_deploy_check_of_django_finds_nothing():
    done = in_a_process(
        "import sys; sys.argv=['manage.py','check','--deploy','--fail-level','WARNING'];"
        "import runpy; runpy.run_path('manage.py', run_name='__main__')",
        SEKISHO_SECRET_KEY="a long and Random value, of 5 or more characters: 0123456789",
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environment", "refused"),
    [({"SEKISHO_SECRET_KEY": "changeme"}, "E002")],
    ids=["知られた鍵"],
)
def test_a_loose_installation_is_named(environment, refused):
    done = in_a_process(
        "import sys; sys.argv=['manage.py','check','--deploy'];"
        "import runpy; runpy.run_path('manage.py', run_name='__main__')",
        **environment,
    )

    assert done.returncode != 0
    assert refused in done.stderr


LOOSE = [
    ("MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", True),
    ("MFA_TOTP_INSECURE_BYPASS_CODE", "000000"),
    ("MFA_PASSKEY_LOGIN_ENABLED", True),
    ("MFA_PASSKEY_SIGNUP_ENABLED", True),
    ("MFA_TRUST_ENABLED", True),
    ("MFA_SUPPORTED_TYPES", ["totp", "webauthn"]),
    ("MFA_WEBAUTHN_USER_VERIFICATION", "preferred"),
]


@pytest.mark.parametrize(("name", "value"), LOOSE, ids=[name for name, _ in LOOSE])
def test_the_site_does_not_start_with_a_loosened_factor(settings, name, value):
    checks.refuse_loose_factors()

    setattr(settings, name, value)

    with pytest.raises(checks.LooseFactors, match=name):
        checks.refuse_loose_factors()
    assert [found.id for found in checks.factors_are_not_loosened()] == ["sekisho.E003"]


def test_the_site_does_not_start_without_its_steps(settings):
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if not one.endswith(".Steps")]

    with pytest.raises(checks.LooseFactors, match="MIDDLEWARE"):
        checks.refuse_loose_factors()


def test_cards_are_believed_behind_our_own_proxy_only(settings, tmp_path):
    assert checks.cards_come_through_our_proxy() == []
    settings.SEKISHO_CARDS = str(tmp_path)

    [without_proxy] = checks.cards_come_through_our_proxy()
    settings.SEKISHO_PROXY = True
    [unreadable] = checks.cards_come_through_our_proxy()
    assert "プロキシー" in without_proxy.msg
    assert "root.pem" in unreadable.hint

    Issuer(now=NOW).lay_down(tmp_path)

    assert checks.cards_come_through_our_proxy() == []


@pytest.mark.parametrize(
    "content", [None, "AAGUID\n", "\udcff"], ids=["ない", "列がない", "違う字"]
)
def test_a_list_of_authenticators_that_cannot_be_read_is_named(settings, tmp_path, content):
    if content is not None:
        (tmp_path / "authenticators.csv").write_bytes(content.encode("utf-8", "surrogateescape"))
    settings.SEKISHO_AUTHENTICATORS = str(tmp_path)

    [found] = checks.authenticators_are_listed()

    assert found.id == "sekisho.E005"


def test_a_key_is_made_once_and_readable_by_its_user_only(tmp_path):
    from sekisho_web.project.secret import secret_key

    home = tmp_path / "named"
    first = secret_key(home, make=True)

    assert secret_key(home, make=True) == first
    assert secret_key(home, make=False) == first
    assert (home / "secret_key").stat().st_mode & 0o777 == 0o600
    assert list(home.iterdir()) == [home / "secret_key"]


def test_without_a_home_no_key_is_written(tmp_path):
    from sekisho_web.project.secret import secret_key

    home = tmp_path / "none"

    assert secret_key(home, make=False) != secret_key(home, make=False)
    assert not home.exists()


@pytest.mark.django_db
def test_the_site_refuses_a_role_that_can_see_past_row_security(server):
    database = settings.DATABASES["default"]["NAME"]
    done = in_a_process(
        "import sekisho_web.project.wsgi", DATABASE_URL=server.url("dba", database=database),
        SEKISHO_ROLE="app",
    )  # fmt: skip

    assert done.returncode != 0
    assert "superuser" in done.stderr


@pytest.mark.django_db
def test_the_site_starts_as_the_role_of_the_application(server):
    database = settings.DATABASES["default"]["NAME"]
    done = in_a_process(
        "import sekisho_web.project.wsgi; print('serves')",
        DATABASE_URL=server.url("app", database=database),
        SEKISHO_ROLE="app",
    )

    assert done.stdout.strip() == "serves", done.stderr
