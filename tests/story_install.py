# SPDX-License-Identifier: MIT
"""What `meson install` puts where, and that it is of use there: to a shell, to a C program."""
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import tempfile

import story

BUILD = pathlib.Path(story.BELLWETHER).resolve().parent.parent
CC = shlex.split(os.environ.get("CC", "cc"))
SANITIZE = os.environ.get("BELLWETHER_SANITIZE", "none")

FILES = """
bin/bellwether
sbin/bellwetherd
include/bellwether.h
LIB/libbellwether.so
LIB/libbellwether.so.0
LIB/pkgconfig/bellwether.pc
lib/systemd/system/bellwetherd.service
lib/sysusers.d/bellwether.conf
ETC/default/bellwetherd
share/man/man1/bellwether.1
share/man/man5/bellwether-config.5
share/man/man5/bellwether-files.5
share/man/man8/bellwetherd.8
share/bash-completion/completions/bellwether
share/zsh/site-functions/_bellwether
share/fish/vendor_completions.d/bellwether.fish
share/bellwether/proto/bellwether/v1/observations.proto
share/bellwether/data/cbec.json
share/doc/bellwether/LICENSE
share/doc/bellwether/protocol.md
share/doc/bellwether/examples/c/latest.c
share/doc/bellwether/examples/python/bellwether.py
""".split()


class Installed:
    """The whole, in a folder that stands for the root of a system."""
    folder = None
    root = None  # The prefix within that folder.
    options = None


def place(name):
    """A file of the list above; LIB and ETC are where this system has them."""
    name = name.replace("LIB/", Installed.options["libdir"] + "/")
    name = name.replace("ETC/", Installed.options["sysconfdir"] + "/")
    return Installed.folder / name.lstrip("/") if name.startswith("/") else Installed.root / name


def installed(destination):
    told = story.run("meson", "introspect", "--buildoptions", BUILD).ok().json()
    Installed.options = {option["name"]: option["value"] for option in told}
    story.run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", destination).ok()
    Installed.folder = destination
    Installed.root = destination / Installed.options["prefix"].lstrip("/")


@story.scene
def each_file_is_where_it_belongs():
    for name in FILES:
        story.check(place(name).exists(), f"{place(name)} is not there")
    for file in place("share").rglob("*"):
        story.check(file.name not in ("meson.build", "__pycache__"), str(file))
    contract = {path.name for path in (story.ROOT / "proto/bellwether/v1").glob("*.proto")}
    there = {path.name for path in place("share/bellwether/proto/bellwether/v1").iterdir()}
    story.equal(there, contract)


@story.scene
def nothing_of_the_insides_is_installed():
    story.equal([path.name for path in place("include").iterdir()], ["bellwether.h"])
    libraries = {path.name.split(".")[0] for path in place("LIB/").glob("lib*")}
    story.equal(libraries, {"libbellwether"})
    story.equal([path.name for path in place("bin").iterdir()], ["bellwether"])


@story.scene
def the_installed_programs_work_together(folder):
    with story.Server() as server:
        answer = story.run(place("bin/bellwether"), "--server", server.url, "load", "--dataset", "cbec.json",
                           "official.csv", cwd=place("share/bellwether/data"),
                           env={"BELLWETHER_CONFIG": "/dev/null"}).ok()
        story.contains(answer.out, "series: 21 new")
    story.contains(story.run(place("sbin/bellwetherd"), "--version").ok().out, "bellwetherd ")
    story.run(place("bin/bellwether"), "--db", folder, "health", env={"BELLWETHER_CONFIG": "/dev/null"})


def pkg_config(*words):
    env = {"PKG_CONFIG_PATH": str(place("LIB/pkgconfig")), "PKG_CONFIG_SYSROOT_DIR": str(Installed.folder),
           "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1", "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1"}
    return story.run("pkg-config", *words, "bellwether", env=env).ok().out.split()


@story.scene
def a_program_in_an_empty_folder_compiles_and_runs(folder):
    shutil.copy(place("share/doc/bellwether/examples/c/latest.c"), folder)
    flags = [] if SANITIZE == "none" else [f"-fsanitize={SANITIZE}"]
    story.run(*CC, *flags, "-Wall", "-Werror", "latest.c", *pkg_config("--cflags", "--libs"), "-o", "latest",
              cwd=folder).ok()
    with story.Server() as server:
        server.client("load", "--dataset", "cbec.json", "xinhua-2025.csv", cwd=story.ROOT / "data").ok()
        answer = story.run(folder / "latest", server.url, "CBEC/A.CHN.TRADE._T",
                           env={"LD_LIBRARY_PATH": str(place("LIB/"))}).ok()
        story.equal(answer.out, "CBEC/A.CHN.TRADE._T\t2.63\tA\n")


@story.scene
def the_contract_compiles_from_where_pkg_config_says(folder):
    protos = pathlib.Path(Installed.root) / "share/bellwether/proto"
    said = story.run("pkg-config", "--variable=protodir", "bellwether",
                     env={"PKG_CONFIG_PATH": str(place("LIB/pkgconfig"))}).ok().out.strip()
    story.check(said.endswith(Installed.options["prefix"] + "/share/bellwether/proto"), said)
    story.run("protoc", f"-I{protos}", f"--python_out={folder}", "bellwether/v1/observations.proto").ok()


@story.scene
def the_service_runs_the_installed_program_with_the_installed_options():
    unit = place("lib/systemd/system/bellwetherd.service").read_text(encoding="utf-8")
    prefix = Installed.options["prefix"]
    story.contains(unit, f"ExecStart={prefix}/sbin/bellwetherd --db /var/lib/bellwether $BELLWETHERD_OPTIONS")
    story.check("@" not in re.sub(r"@(system-service|privileged|resources)", "", unit), unit)
    options = place("ETC/default/bellwetherd").read_text(encoding="utf-8")
    said = re.search(r'^BELLWETHERD_OPTIONS="(.*)"$', options, re.M).group(1)
    answer = story.run(place("sbin/bellwetherd"), *said.split(), "--version").ok()
    story.contains(answer.out, "bellwetherd")


@story.scene
def the_service_is_one_that_systemd_takes(folder):
    if shutil.which("systemd-analyze") is None:
        return print("        no systemd here")
    unit = place("lib/systemd/system/bellwetherd.service").read_text(encoding="utf-8")
    copy = folder / "bellwetherd.service"
    copy.write_text(re.sub("ExecStart=[^ ]+", f"ExecStart={place('sbin/bellwetherd')}", unit), encoding="utf-8")
    answer = story.run("systemd-analyze", "verify", "--man=no", copy).ok()
    story.check("bellwetherd.service" not in answer.err, answer.err)
    return None


@story.scene
def the_server_tells_its_manager_when_it_is_ready_and_when_it_stops(folder):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(folder / "notify"))
        manager.settimeout(story.PATIENCE_S)
        process = subprocess.Popen(
            [place("sbin/bellwetherd"), "--db", folder / "store", "--listen", f"ipc://{folder}/socket"],
            env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")}, stderr=subprocess.DEVNULL)
        try:
            story.equal(manager.recv(100), b"READY=1")
            story.run(place("bin/bellwether"), "--server", f"ipc://{folder}/socket", "health",
                      env={"BELLWETHER_CONFIG": "/dev/null"}).ok()
            process.terminate()
            story.equal(manager.recv(100), b"STOPPING=1")
            story.equal(process.wait(story.PATIENCE_S), 0)
        finally:
            process.kill()
            process.wait()


@story.scene
def a_manager_that_is_not_there_harms_nobody(folder):
    for path in ("", "nonsense", str(folder / "none"), "@" + "x" * 300, "/" + "x" * 300):
        os.environ["NOTIFY_SOCKET"] = path
        try:
            with story.Server() as server:
                server.client("health").ok()
        finally:
            del os.environ["NOTIFY_SOCKET"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bellwether-") as temporary:
        installed(pathlib.Path(temporary))
        code = story.play()
    raise SystemExit(code)
