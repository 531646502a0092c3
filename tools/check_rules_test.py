#!/usr/bin/env python3
"""Proves that every rule of check_rules.py can fail: one small bad tree for each of them."""
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_rules  # noqa: E402
from rules import commits, evidence  # noqa: E402

HEADER = "#pragma once\n\n/// What this is for.\n"
CLEAN = {
    "docs/api/openapi.json": '{"paths": {"/api/orders/{id}": {"get": {}}}}\n',
    "docs/clean.md": "`core/engine.cpp`, `GET /api/orders/{id}`, `/api/orders/BC1`, `TestCase`,\n"
                     "`log.file`, [a page](clean.md), `PascalCase`\n```\n`NoSuchName`\n```\n",
    "src/host/keys.hpp": HEADER + 'const char* key = "log.file";\nclass TestCase;\n',
    "src/host/README.md": "# host\n",
    "src/base/README.md": "# base\n",
    "src/core/README.md": "# core\n",
    "src/base/id.hpp": HEADER + "#include <cstdint>\n",
    "src/core/engine.hpp": HEADER + '#include "base/id.hpp"\n#include "core/order.hpp"\n',
    "src/core/engine.cpp": "// TODO(#12): a reason. The word double in a comment is fine.\n"
                           'const char* text = "float, std::mutex, x::now()";\n'
                           "// Prose that ends in a semicolon and goes on;\n// here.\n"
                           "int a = 1'000;\nclock::now();  // rule-ok: the test needs it\n",
    "src/core/engine_test.cpp": '#include "host/http.hpp"\n#include <gtest/gtest.h>\ndouble x;\n',
}

# rule -> trees that break it and nothing else, as {path: content} laid over CLEAN.
BAD = {
    "layers": [
        {"src/base/id.hpp": HEADER + '#include "core/engine.hpp"\n'},
        {"src/core/engine.cpp": '#include "engine.hpp"\n'},
        {"src/core/engine.cpp": '#include "build_info.hpp"\n'},
        {"src/core/engine.cpp": '#include "sim/world.hpp"\n'},
        {"src/novelty/x.cpp": "int x;\n", "src/novelty/README.md": "x\n"},
        {"src/services/users/a.cpp": '#include "services/audit/journal.hpp"\n',
         "src/services/README.md": "x\n"},
        {"src/services/users/a.cpp": '#include "adapters/cache_redis/cache.hpp"\n',
         "src/services/README.md": "x\n"},
        {"src/adapters/novelty/a.cpp": "int x;\n", "src/adapters/README.md": "x\n"},
        {"sim/checkers/a.cpp": '#include "core/engine.hpp"\n', "sim/README.md": "x\n"},
        {"sim/checkers/a.cpp": '#include "sim/world.hpp"\n', "sim/README.md": "x\n"},
        {"sim/a.cpp": '#include "host/http.hpp"\n', "sim/README.md": "x\n"},
    ],
    "libraries": [
        {"src/core/engine.cpp": "#include <boost/json.hpp>\n"},
        {"src/core/engine.cpp": "#include <unistd.h>\n"},
        {"src/host/keys.cpp": "#include <sqlite3.h>\n"},
        {"src/host/keys.cpp": "#include <unknown/library.hpp>\n"},
    ],
    "banned": [
        {"src/core/engine.cpp": line + "\n"} for line in (
            "auto t = std::chrono::steady_clock::now();", "auto t = time(nullptr);",
            "std::mt19937 g;", "std::uniform_int_distribution<int> d(1, 2);",
            "std::unordered_map<int, int> m;", "double price;", "float f = 0;",
            "std::thread t;", "std::scoped_lock<std::mutex> lock;", 'getenv("HOME");',
            "std::stod(text);", "std::set<Order*> orders;", "#include <mutex>",
            "double x;  // rule-ok:")
    ] + [{"sim/a.cpp": "std::random_device d;\n", "sim/README.md": "x\n"}],
    "file-length": [
        {"src/core/engine.cpp": "\n" * 601},
        {"src/core/engine_test.cpp": "\n" * 1001},
    ],
    "line-length": [{"src/core/engine.cpp": "x" * 101 + "\n"},
                    {"src/core/engine.cpp": "// " + "\u00fc" * 98 + "\n"}],
    "todo": [{"src/core/engine.cpp": "// TO" + "DO: later.\n"},
             {"src/core/engine.cpp": "/* first\n FIX" + "ME */\n"}],
    "dead-code": [{"src/core/engine.cpp": line + "\n"} for line in (
        "// engine.apply(input);", "// int x = 1;", "// return x;", "// if (x) {", "// }",
        "// #include <map>", "x();  // y();")],
    "header": [
        {"src/base/id.hpp": "/// What for.\n"},
        {"src/base/id.hpp": "#pragma once\n\nint x;\n"},
        {"src/base/id.hpp": "int x;\n#pragma once\n// Late.\n"},
    ],
    "plain-names": [{"src/core/engine.cpp": line + "\n"} for line in (
        "class TradingDoor;", "int add_gate(int);", "struct OrderWish {};", "int make_anew(int);")],
    "folder-names": [{"src/core/utils/x.cpp": "int x;\n"}],
    "readme": [{"src/model/x.cpp": "int x;\n"}, {"src/core/README.md": "x\n" * 21}],
    "machine-path": [{"docs/x.md": "see /ho" + "me/someone/x\n"},
                     {"tools/x.sh": "cd /wo" + "rk/main\n"}],
    "registry-host": [{"docs/x.md": "from py" + "pi.org\n"}],
    "scripts": [{"tools/x.py": "x = 1\n" * 601}, {"tools/x.py": "#" * 101 + "\n"},
                {"tools/x.sh": "# TO" + "DO: later\n"}],
    "document-names": [{"docs/x.md": line + "\n"} for line in (
        "see [this](gone.md)", "`core/gone.cpp`", "`NoSuchName`", "`gone_total`",
        "`log.gone`", "`GET /api/gone`")],
    "evidence": [
        {"README.md": "# x\n", "docs/TRACEABILITY_MATRIX.md": "| I1 | x | - | pass |\n"},
        {"README.md": "\n".join([evidence.BEGIN, *evidence.table(""), evidence.END]) + "\n",
         "docs/TRACEABILITY_MATRIX.md": "| I1 | x | `a` | pass |\n"},
        {"README.md": "\n".join([evidence.BEGIN, *evidence.table("")[:4], evidence.END]) + "\n",
         "docs/TRACEABILITY_MATRIX.md": "# none\n"},
    ],
    "commits": [{".git/HEAD": "no repository\n"}],
    "build-edges": [{"CMakeLists.txt": "botcore_layer(base DEPENDS core)\n"},
                    {"CMakeLists.txt": "botcore_upper(FOLDERS net)\n"}],
}


def breaches(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return check_rules.check(root)


class CheckRules(unittest.TestCase):
    def test_a_clean_tree_has_no_breach(self):
        found, count = breaches(CLEAN)
        self.assertEqual(found, [])
        self.assertEqual(count, 5)

    def test_every_rule_has_a_tree_that_breaks_it(self):
        self.assertEqual(set(BAD), set(check_rules.SOURCE_RULES) | set(check_rules.TREE_RULES))

    def test_each_bad_tree_breaks_its_rule_and_no_other(self):
        for rule, trees in BAD.items():
            for tree in trees:
                with self.subTest(rule=rule, tree=str(tree)[:120]):
                    found, _ = breaches({**CLEAN, **tree})
                    self.assertEqual({breach[2] for breach in found}, {rule}, found)

    def test_every_edge_missing_from_the_table_is_refused(self):
        layers = [name for name in check_rules.LAYERS if not name.startswith("sim")]
        for layer in layers:
            for other in layers:
                allowed = other in [layer, *check_rules.LAYERS[layer]]
                tree = {f"src/{layer}/x.cpp": f'#include "{other}/y.hpp"\n',
                        f"src/{layer.split('/')[0]}/README.md": "x\n"}
                with self.subTest(layer=layer, other=other):
                    found, _ = breaches(tree)
                    self.assertEqual(not found, allowed, found)

    def test_messages_of_commits(self):
        good = [("Reject entries while the clock is uncertain", "", 5),
                ("Process late trades", "", 1), ("Pass exits through an open breaker", "Why.", 80)]
        bad = [("Reject " + "x" * 70, "", 1), ("Reject one; accept two", "", 1),
               ("Reject entries.", "", 1), ("reject entries", "", 1), ("Rejects entries", "", 1),
               ("Rejected entries", "", 1), ("Rejecting entries", "", 1),
               ("Reject entries", " ", 6), ("core: reject entries", "Why.", 1)]
        for message in good:
            self.assertEqual(list(commits.message_breaches(*message)), [], message)
        for message in bad:
            self.assertEqual(len(list(commits.message_breaches(*message))), 1, message)

    def test_commits_after_the_first_checked_one_are_judged(self):
        with tempfile.TemporaryDirectory() as folder:
            def git(*words):
                done = commits.git(folder, "-c", "user.name=a", "-c", "user.email=a@b", *words)
                self.assertEqual(done.returncode, 0, done.stderr)
                return done.stdout.strip()
            git("init", "-q")
            git("commit", "-q", "--allow-empty", "-m", "an old message.")
            first = git("rev-parse", "HEAD")
            git("commit", "-q", "--allow-empty", "-m", "Say what changes")
            self.assertEqual(list(commits.breaches(folder, first)), [])
            git("commit", "-q", "--allow-empty", "-m", "says what changed")
            self.assertEqual(len(list(commits.breaches(folder, first))), 1)
            self.assertEqual(len(list(commits.breaches(folder, "0" * 40))), 1)

    def test_an_empty_tree_is_a_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            sys.argv = ["check_rules.py", "--root", folder]
            with contextlib.redirect_stdout(io.StringIO()), \
                    contextlib.redirect_stderr(io.StringIO()):
                self.assertEqual(check_rules.main(), 1)


if __name__ == "__main__":
    unittest.main()
