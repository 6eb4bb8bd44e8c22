# SPDX-License-Identifier: MIT
"""The example in C: a program that knows the header and the shared library, and no more."""
import os

import story

LATEST = os.environ.get("EXAMPLE_LATEST", str(story.ROOT / "build/examples/c/latest"))
DATA = story.ROOT / "data"


@story.scene
def it_prints_the_latest_of_each_series_and_names_the_others():
    with story.Server() as server:
        server.client("load", "--dataset", "cbec.json", "xinhua-2025.csv", cwd=DATA).ok()
        answer = story.run(LATEST, server.url, "CBEC/A.WLD.MARKET_SIZE._T", "CBEC/A.CHN.NONE._T",
                           "CBEC/A.CHN.TRADE._T").exits(1)
        story.equal(answer.out, "CBEC/A.WLD.MARKET_SIZE._T\t4.8\tF\nCBEC/A.CHN.TRADE._T\t2.63\tA\n")
        story.equal(answer.err, "CBEC/A.CHN.NONE._T: error 5\n")


@story.scene
def it_takes_the_server_that_is_there():
    with story.Server() as server:
        server.client("load", "--dataset", "cbec.json", "xinhua-2025.csv", cwd=DATA).ok()
        servers = f"ipc://{server.folder}/nobody.sock,{server.url}"
        answer = story.run(LATEST, servers, "CBEC/A.CHN.TRADE._T").ok()
        story.equal(answer.out, "CBEC/A.CHN.TRADE._T\t2.63\tA\n")


@story.scene
def it_says_what_is_wrong_with_an_address(folder):
    answer = story.run(LATEST, "nowhere", "CBEC/A.CHN.TRADE._T").exits(1)
    story.contains(answer.err, "'nowhere' is no address")
    answer = story.run(LATEST, f"ipc://{folder}/nobody.sock", "CBEC/A.CHN.TRADE._T").exits(1)
    story.equal(answer.err, "no server could be reached\n")


if __name__ == "__main__":
    story.main()
