import pytest

from tests.links.accounts.targets import directory_peers, scim_peers


@pytest.fixture(scope="session")
def openldap(tmp_path_factory):
    with directory_peers.slapd(tmp_path_factory.mktemp("slapd")) as peer:
        yield peer


@pytest.fixture(scope="session")
def openldap_without_policy(tmp_path_factory):
    with directory_peers.slapd(tmp_path_factory.mktemp("slapd"), policy="none") as peer:
        yield peer


@pytest.fixture(scope="session")
def openldap_with_idle_policy(tmp_path_factory):
    with directory_peers.slapd(tmp_path_factory.mktemp("slapd"), policy="idle") as peer:
        yield peer


@pytest.fixture(scope="session")
def ad(tmp_path_factory):
    with directory_peers.samba_ad(tmp_path_factory.mktemp("samba")) as peer:
        yield peer


@pytest.fixture(scope="session")
def scim_from_pypi(tmp_path_factory):
    with scim_peers.from_pypi(tmp_path_factory.mktemp("scim")) as peer:
        yield peer


@pytest.fixture(scope="session")
def scim_without_patch(tmp_path_factory):
    with scim_peers.from_pypi(tmp_path_factory.mktemp("scim"), patch=False) as peer:
        yield peer


@pytest.fixture(scope="session")
def scim_from_npm(tmp_path_factory):
    with scim_peers.from_npm(tmp_path_factory.mktemp("npm")) as peer:
        yield peer
