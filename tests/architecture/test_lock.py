"""The lock: every version and its sums, of one origin, for all systems and Pythons of the tests."""

import itertools
import re
import runpy
import tomllib
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.repository import ROOT

TABLE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LISTS = ("app", "test", "cuda", "supply")
SYSTEMS = [
    {"sys_platform": system, "platform_system": name, "os_name": kind, "platform_machine": machine}
    for system, name, kind, machine in [
        ("linux", "Linux", "posix", "x86_64"),
        ("linux", "Linux", "posix", "aarch64"),
        ("darwin", "Darwin", "posix", "arm64"),
        ("win32", "Windows", "nt", "AMD64"),
    ]
]
PYTHONS = [c.rpartition(" ")[2] for c in TABLE["project"]["classifiers"] if "Python :: 3." in c]
ENVIRONMENTS = [
    default_environment() | system | {"python_version": one, "python_full_version": f"{one}.9"}
    for system, one in itertools.product(SYSTEMS, PYTHONS)
]


def entries(name):
    """The requirements of a list, and the sums of each."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    for line in text.replace("\\\n", "").splitlines():
        if not line.startswith("#"):
            what, *sums = line.split("--hash=")
            yield Requirement(what), [one.strip() for one in sums]


def versions(name, environment):
    found = {}
    for requirement, _ in entries(name):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            [only] = requirement.specifier
            assert canonicalize_name(requirement.name) not in found
            found[canonicalize_name(requirement.name)] = only.version
    return found


def asked_for(*texts):
    """The requirements of pyproject.toml, extras of its own followed."""
    for requirement in map(Requirement, texts):
        if requirement.name == "transcnn":
            for extra in requirement.extras:
                yield from asked_for(*TABLE["project"]["optional-dependencies"][extra])
        else:
            yield requirement


OURS, GROUPS = TABLE["project"]["dependencies"], TABLE["dependency-groups"]
ASKED = {
    "app": list(asked_for(*OURS, *GROUPS["build"], "transcnn[app]")),
    "test": list(asked_for(*OURS, *GROUPS["build"], "transcnn[all,test]")),
    "supply": list(asked_for(*GROUPS["supply"])),
}


@pytest.mark.parametrize("name", LISTS)
def test_each_entry_is_one_version_with_sums(name):
    found = list(entries(name))

    assert found
    for requirement, sums in found:
        assert [one.operator for one in requirement.specifier] == ["=="], requirement
        assert sums, requirement
        assert len(set(sums)) == len(sums), requirement
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in sums), requirement


@pytest.mark.parametrize("name", ASKED)
def test_what_the_project_asks_for_is_there_on_all_systems(name):
    assert ASKED[name]
    for environment in ENVIRONMENTS:
        locked = versions(name, environment)
        for requirement in ASKED[name]:
            version = locked[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), (requirement, version)


def test_the_build_of_the_package_is_that_of_the_lock():
    build = {Requirement(one).name for one in TABLE["build-system"]["requires"]}

    assert build <= {Requirement(one).name for one in TABLE["dependency-groups"]["build"]}


def test_what_is_needed_in_turn_is_there():
    """As the packages say that are installed here; nothing is resolved while installing."""
    locked = versions("test", default_environment())
    waiting, seen = [(one.name, frozenset(one.extras)) for one in ASKED["test"]], set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        assert canonicalize_name(name) in locked
        try:
            needed = [Requirement(one) for one in requires(name) or []]
        except PackageNotFoundError:  # not in this environment
            continue
        for one in needed:
            with_extras = [default_environment() | {"extra": extra} for extra in ("", *extras)]
            of_cuda = one.name.startswith(("nvidia-", "cuda-")) or one.name == "triton"
            if not of_cuda and (one.marker is None or any(map(one.marker.evaluate, with_extras))):
                waiting.append((one.name, frozenset(one.extras)))

    assert len(seen) > 80


def test_the_app_and_its_tests_have_the_same_versions_and_sums():
    app = {str(requirement): sums for requirement, sums in entries("app")}
    test = {str(requirement.name): (requirement, sums) for requirement, sums in entries("test")}

    for text, sums in app.items():
        of_tests, known = test[Requirement(text).name]
        assert of_tests.specifier == Requirement(text).specifier
        assert set(sums) <= set(known)


def test_what_hosts_install_is_the_same_without_sums():
    lock = runpy.run_path(str(ROOT / "requirements" / "lock.py"))
    app = (ROOT / "requirements" / "app.txt").read_text(encoding="utf-8")
    hosts = (ROOT / "requirements.txt").read_text(encoding="utf-8")

    assert hosts == lock["without_sums"](app)
    assert len(hosts.splitlines()) == len(list(entries("app"))) + 2


@pytest.mark.parametrize("name", [*LISTS, "../requirements"])
def test_the_lock_names_no_address(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")

    assert not re.search(r"://|--(extra-)?index|--find-links|@", text)
