"""Real directories of Debian, in folders and on addresses of their own: OpenLDAP and Samba AD."""

import itertools
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from ldap3 import BASE, MODIFY_REPLACE, NONE, Connection, Server

from sekisho_links.accounts.targets import open_target
from tests.links.accounts.targets.certificates import made_for
from tests.links.accounts.targets.processes import free_port, serving

TOP = "dc=example,dc=jp"
HOST = "ldap.example.jp"
OURS = f"cn=sekisho,{TOP}"
BLIND = f"cn=blind,{TOP}"  # an ID of ours whose right to see the people was taken away
SECRET = "a secret of the tests"
ROLES = ("閲覧", "受付")
DOMAIN = "DC=ad,DC=example,DC=jp"
OURS_IN_AD = f"CN=Administrator,CN=Users,{DOMAIN}"
SECRET_IN_AD = "Passw0rd-of-the-tests"
HOST_IN_AD = "dc1.ad.example.jp"
_addresses = itertools.count(1)


@dataclass
class Slapd:
    """An OpenLDAP that runs, looked at without the code under test."""

    port: int
    policy: str
    ca: Path | None = None
    handed: list[str] = field(default_factory=list)

    def target(self, *, probes=True, **words):
        address = {
            "uri": f"ldap://127.0.0.1:{self.port}", "bind_dn": OURS, "base": f"ou=people,{TOP}",
            "policy": f"cn=default,ou=policies,{TOP}", "timeout": 5, "expiry": True,
            "roles": {role: group(role) for role in ROLES}, "placeholder": OURS,
        }  # fmt: skip
        return open_target(
            "ldap",
            address | words,
            SECRET,
            place="試験LDAP",
            probes=probes,
            hand_over=self.handed.append,
        )

    @contextmanager
    def admin(self):
        with self._bound(f"cn=admin,{TOP}", SECRET) as connection:
            assert connection.bind()
            yield connection

    def lets_in(self, uid, secret):
        with self._bound(f"uid={uid},ou=people,{TOP}", secret) as connection:
            return connection.bind()

    def hire(self, uid, secret="their own", roles=(), **more):
        with self.admin() as admin:
            said = {"cn": uid, "sn": uid, "userPassword": secret} | more
            assert admin.add(f"uid={uid},ou=people,{TOP}", ["inetOrgPerson"], said), admin.result
            for role in roles:
                admin.modify(
                    group(role), {"member": [("MODIFY_ADD", [f"uid={uid},ou=people,{TOP}"])]}
                )

    def hire_many(self, names):
        with self.admin() as admin:
            for uid in names:
                dn, said = f"uid={uid},ou=people,{TOP}", {"cn": uid, "sn": uid}
                assert admin.add(dn, ["inetOrgPerson"], said), admin.result

    def look(self, uid):
        with self.admin() as admin:
            admin.search(
                f"uid={uid},ou=people,{TOP}", "(objectClass=*)", BASE, attributes=["*", "+"]
            )
            return admin.response[0]["raw_attributes"]

    def change(self, uid, **attributes):
        with self.admin() as admin:
            changes = {name: [(MODIFY_REPLACE, value)] for name, value in attributes.items()}
            assert admin.modify(f"uid={uid},ou=people,{TOP}", changes), admin.result

    def change_group(self, role, **attributes):
        with self.admin() as admin:
            changes = {name: [(MODIFY_REPLACE, value)] for name, value in attributes.items()}
            assert admin.modify(group(role), changes), admin.result

    @contextmanager
    def _bound(self, dn, secret):
        server = Server(f"ldap://127.0.0.1:{self.port}", get_info=NONE, connect_timeout=5)
        connection = Connection(server, dn, secret, receive_timeout=5, check_names=False)
        try:
            yield connection
        finally:
            connection.unbind()


def group(role):
    return f"cn={role},ou=groups,{TOP}"


@contextmanager
def slapd(folder, *, policy="default", port=None):
    """Serve an OpenLDAP. policy: default, none, or idle (there, but it does not lock)."""
    if not (binary := shutil.which("slapd", path=f"{os.environ['PATH']}:/usr/sbin")):
        pytest.skip("slapd is not installed: run `make peers` as root")
    port, tls = port or free_port(), free_port()
    ca, certificate, key = made_for(folder, HOST)
    fresh = not (folder / "db").is_dir()
    (folder / "db").mkdir(exist_ok=True)
    (folder / "slapd.conf").write_text(f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
sizelimit 500
database mdb
suffix "{TOP}"
rootdn "cn=admin,{TOP}"
rootpw "{SECRET}"
directory {folder}/db
maxsize 67108864
lastbind on
dbnosync
{"" if policy == "none" else f'limits dn.exact="{OURS}" size.prtotal=unlimited'}
access to attrs=userPassword by dn.base="{OURS}" manage by anonymous auth by * none
access to dn.one="ou=people,{TOP}" by dn.base="{BLIND}" none by * break
access to * by dn.base="{OURS}" manage by * read
overlay ppolicy
{"" if policy == "none" else f'ppolicy_default "cn=default,ou=policies,{TOP}"'}
""")
    command = [binary, "-f", str(folder / "slapd.conf"), "-d", "0"]
    command += ["-h", f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls}"]
    with serving(command, port=port, log=folder / "slapd.log"):
        peer = Slapd(port=port, policy=policy, ca=ca)
        peer.tls = tls
        if fresh:
            _furnish(peer)
        yield peer


def _furnish(peer):
    with peer.admin() as admin:
        unit = ["organizationalUnit"]
        for dn, classes, said in [
            (TOP, ["dcObject", "organization"], {"dc": "example", "o": "架空電力"}),
            (f"ou=people,{TOP}", unit, {}),
            (f"ou=groups,{TOP}", unit, {}),
            (f"ou=policies,{TOP}", unit, {}),
            (OURS, ["device", "simpleSecurityObject"], {"userPassword": SECRET}),
            (BLIND, ["device", "simpleSecurityObject"], {"userPassword": SECRET}),
            *((group(r), ["groupOfNames"], {"member": OURS}) for r in ROLES),
        ]:
            assert admin.add(dn, classes, said), admin.result
        if peer.policy != "none":
            locks = "FALSE" if peer.policy == "idle" else "TRUE"
            said = {"pwdAttribute": "userPassword", "pwdLockout": locks}
            classes = ["device", "pwdPolicy"]
            assert admin.add(f"cn=default,ou=policies,{TOP}", classes, said), admin.result


@dataclass
class SambaAd:
    """An Active Directory that runs, looked at without the code under test."""

    host: str
    ca: Path
    folder: Path
    handed: list[str] = field(default_factory=list)

    def target(self, *, probes=True, **words):
        address = {
            "uri": f"ldaps://{self.host}", "ca_file": str(self.ca), "tls_name": HOST_IN_AD,
            "bind_dn": OURS_IN_AD, "base": f"OU=people,{DOMAIN}", "timeout": 10,
            "roles": {role: ad_group(role) for role in ROLES},
        }  # fmt: skip
        return open_target(
            "active_directory", address | words, SECRET_IN_AD, place="試験AD", probes=probes,
            hand_over=self.handed.append,
        )  # fmt: skip

    def tool(self, *words, ok=True):
        done = subprocess.run(
            ["samba-tool", *words, "-H", str(self.folder / "private" / "sam.ldb"),
             "-s", str(self.folder / "smb.conf")],
            capture_output=True, text=True, check=False, env=_debian(),
        )  # fmt: skip
        assert not ok or done.returncode == 0, done.stderr
        return done.stdout

    def lets_in(self, login, secret):
        connection = self._connection(f"CN={login},OU=people,{DOMAIN}", secret)
        try:
            return connection.bind()
        finally:
            connection.unbind()

    @contextmanager
    def admin(self):
        connection = self._connection(OURS_IN_AD, SECRET_IN_AD)
        assert connection.bind(), connection.result
        yield connection
        connection.unbind()

    def hire(self, login, secret="Their-own-1", roles=(), control=0x200):
        dn = f"CN={login},OU=people,{DOMAIN}"
        with self.admin() as admin:
            said = {"sAMAccountName": login, "userAccountControl": str(0x202)}
            assert admin.add(dn, ["user"], said), admin.result
            quoted = f'"{secret}"'.encode("utf-16-le")
            assert admin.modify(dn, {"unicodePwd": [(MODIFY_REPLACE, [quoted])]}), admin.result
            flags = {"userAccountControl": [(MODIFY_REPLACE, [str(control)])]}
            assert admin.modify(dn, flags), admin.result
            for role in roles:
                assert admin.modify(ad_group(role), {"member": [("MODIFY_ADD", [dn])]})

    def look(self, login):
        with self.admin() as admin:
            admin.search(
                f"CN={login},OU=people,{DOMAIN}", "(objectClass=*)", BASE, attributes=["*"]
            )
            return admin.response[0]["raw_attributes"]

    def change(self, login, **attributes):
        with self.admin() as admin:
            changes = {name: [(MODIFY_REPLACE, [value])] for name, value in attributes.items()}
            assert admin.modify(f"CN={login},OU=people,{DOMAIN}", changes), admin.result

    def _connection(self, dn, secret):
        server = Server(f"ldaps://{self.host}", get_info=NONE, connect_timeout=10)
        return Connection(server, dn, secret, receive_timeout=10, check_names=False)


def ad_group(role):
    return f"CN={role},OU=groups,{DOMAIN}"


@contextmanager
def samba_ad(folder):
    """Provision a domain (some 9 s) and serve it on a loopback address of its own."""
    if os.geteuid() != 0:
        pytest.skip("a domain controller listens on ports that only root may open")
    if not shutil.which("samba-tool") or not Path("/usr/share/samba/setup/ad-schema").is_dir():
        pytest.skip("Samba is not installed: run `make peers` as root")
    host = f"127.77.{os.getpid() % 250 + 1}.{next(_addresses)}"
    ca, certificate, key = made_for(folder, HOST_IN_AD, address=host)
    provision = subprocess.run(
        ["samba-tool", "domain", "provision", "--realm=AD.EXAMPLE.JP", "--domain=ADEXAMPLE",
         "--server-role=dc", "--dns-backend=NONE", f"--adminpass={SECRET_IN_AD}",
         f"--targetdir={folder}", "--host-name=dc1", f"--host-ip={host}",
         "--option=bind interfaces only = yes", f"--option=interfaces = {host}/8"],
        capture_output=True, text=True, check=False, timeout=300, env=_debian(),
    )  # fmt: skip
    if provision.returncode:
        pytest.skip(f"the domain cannot be provisioned: {provision.stderr.strip()[-300:]}")
    conf = folder / "smb.conf"
    conf.write_text(f"""[global]
netbios name = DC1
realm = AD.EXAMPLE.JP
workgroup = ADEXAMPLE
server role = active directory domain controller
server services = ldap
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}
pid directory = {folder}
ncalrpc dir = {folder}/ncalrpc
ntp signd socket directory = {folder}/ntp
winbindd socket directory = {folder}/winbindd
interfaces = {host}/8
bind interfaces only = yes
load printers = no
tls cafile = {ca}
tls certfile = {certificate}
tls keyfile = {key}
""")
    command = ["samba", "-F", "--no-process-group", "-M", "single", "--debug-stdout"]
    command += ["-s", str(conf)]
    with serving(command, port=636, host=host, log=folder / "samba.log", env=_debian()):
        peer = SambaAd(host=host, ca=ca, folder=folder)
        with peer.admin() as admin:
            for unit in ("people", "groups"):
                assert admin.add(f"OU={unit},{DOMAIN}", ["organizationalUnit"]), admin.result
            for role in ROLES:
                assert admin.add(ad_group(role), ["group"]), admin.result
        yield peer


def _debian():
    """The tools of Samba run with Debian's Python, which must not see ours."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
