"""The rules of the house. Each test walks over what exists, so that a new file is held from its first day."""

import ast
import importlib
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph
import rdflib
from rdflib.plugins.sparql import prepareQuery, prepareUpdate

import competence_graph
from competence_graph import errors
from competence_graph.graph.vocab import CG, PREFIXES

ROOT = Path(__file__).resolve().parent.parent
SERVICE = ROOT / "service" / "competence_graph"
OURS = str(CG._NS)
LABELS = tuple(
    rdflib.URIRef(name)
    for name in (
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        "http://www.w3.org/2000/01/rdf-schema#label",
        "http://purl.org/dc/terms/title",
        "https://schema.org/name",
        "http://www.w3.org/ns/shacl#name",
        "http://www.w3.org/ns/shacl#message",
    )
)
QUERY_FORM = re.compile(r"\b(SELECT|CONSTRUCT|ASK|DESCRIBE|INSERT|DELETE)\b[^}]*\{", re.DOTALL)
QUERY_PART = re.compile(
    r"\b(SELECT|CONSTRUCT|ASK|INSERT|DELETE|WHERE|VALUES|GRAPH|FILTER|BIND|OPTIONAL|UNION)\b\s*(\(\s*\?|\{|\?)"
)
# The one place that puts serialised terms into a query, and the one that puts serialised quads into an update.
BINDERS = {"graph/questions.py", "graph/terms.py"}
# Triggers of the registry's database are SQL, and no library writes them.
SQL = "registry/migrations/versions/"


# The package of this checkout, whatever else is installed.
HERE = {**os.environ, "PYTHONPATH": str(ROOT / "service")}


def project_files():
    """Every file of the project, tracked or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    return sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def texts():
    for path in project_files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or an archive


def files(suffix, *folders):
    return [path for folder in folders or (ROOT,) for path in sorted(folder.rglob(f"*{suffix}"))]


def of(path):
    return path.relative_to(ROOT).as_posix()


def queries():
    return files(".rq", SERVICE) + files(".ru", SERVICE)


def turtle():
    return files(".ttl", ROOT / "ontology", ROOT / "shapes", ROOT / "inventories")


def graph_of(path):
    return rdflib.Graph().parse(path, format="turtle")


def code_strings(path):
    """Every string of a module that is no docstring, with its line: (line, text, whether it is put together)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part for part in node.values if isinstance(part, ast.Constant)]
            inside.update(id(part) for part in parts)
            yield node.lineno, " ".join(str(part.value) for part in parts), len(parts) < len(node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation | inside:
            yield node.lineno, node.value, False


# --- Files ---


def test_every_module_fits_into_one_room():
    limits = {SERVICE: 400, ROOT / "tests": 600, ROOT / "tools": 400}
    too_long = {
        of(path): lines
        for folder, limit in limits.items()
        for path in files(".py", folder)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    }

    assert {} == too_long


def test_no_drawer_is_without_a_label():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "stuff", "tools"}
    found = [of(path) for path in SERVICE.rglob("*") if path.stem in drawers]

    assert [] == found


def test_no_file_names_a_registry_of_packages_or_a_path_of_one_machine():
    # Written in pieces, or this file would be the first to be found.
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com",
             "crates" + ".io", "maven" + ".org", "maven" + ".apache", "proxy." + "golang", "deb." + "debian.org",
             "unpkg" + ".com", "jsdelivr" + ".net", "cdnjs." + "cloudflare"]  # fmt: skip
    unwanted = re.compile("|".join(map(re.escape, hosts)) + r"|(?<![\w.:/\-])/(?:wo" + r"rk|ro" + r"ot)/")
    found = [f"{of(path)}: {match[0]}" for path, text in texts() if (match := unwanted.search(text))]

    assert [] == found


def test_nothing_third_party_is_committed():
    found = [of(path) for path in project_files() if {"vendor", "node_modules"} & set(path.parts)]

    assert [] == found


def test_the_locks_hash_every_package_and_name_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    unhashed = [block.split()[0] for block in re.split(r"\n(?=\S)", lock.strip()) if "--hash=sha256:" not in block]
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    loose = [name for name, package in packages.items() if name and "integrity" not in package]
    addressed = [name for name, package in packages.items() if "resolved" in package]

    assert ([], [], []) == (unhashed, loose, addressed)
    assert "://" not in lock


# --- Rooms ---


def test_imports_point_down_only():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT, env=HERE, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_model_loads_without_any_rdf_library_or_web():
    modules = [f"competence_graph.model.{each.name}" for each in pkgutil.iter_modules([str(SERVICE / "model")])]
    forbidden = ["rdflib", "pyoxigraph", "pyshacl", "fastapi", "starlette", "sqlalchemy"]
    program = f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
    program += f"print([name for name in {forbidden!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=HERE, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert modules
    assert "[]" == done.stdout.strip()


def test_every_module_can_be_imported_alone_from_the_package():
    broken = []
    for each in pkgutil.walk_packages(competence_graph.__path__, "competence_graph."):
        if each.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(each.name)
        except ImportError as error:
            broken.append(f"{each.name}: {error}")

    assert [] == broken


def test_every_answer_that_reaches_data_takes_the_actor_first():
    sources = {"store", "graph", "matrix", "registry", "services", "search", "index"}
    astray = []
    for each in pkgutil.iter_modules([str(SERVICE / "answers")]):
        module = importlib.import_module(f"competence_graph.answers.{each.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                taken = list(inspect.signature(function).parameters)
                if sources & set(taken) and taken[0] != "actor":
                    astray.append(f"{each.name}.{name}({', '.join(taken)})")

    assert [] == astray


# --- Errors and settings ---


def error_classes(root=errors.CompetenceGraphError):
    yield root
    for child in root.__subclasses__():
        yield from error_classes(child)


def test_every_error_ends_in_error_and_is_drawn_in_the_tree():
    tree = errors.__doc__
    own = [cls for cls in error_classes() if cls.__module__ == errors.__name__]
    undrawn = [cls.__name__ for cls in own if not re.search(rf"\b{cls.__name__}\b", tree)]
    drawn = set(re.findall(r"\w+Error\b", tree))

    assert [] == [cls.__name__ for cls in error_classes() if not cls.__name__.endswith("Error")]
    assert [] == undrawn
    assert {cls.__name__ for cls in own} == drawn


def test_every_error_has_its_status_in_the_one_table():
    if find_spec("competence_graph.web.problems") is None:
        return  # becomes a demand on the day that the table exists
    problems = importlib.import_module("competence_graph.web.problems")
    tables = [table for table in vars(problems).values() if isinstance(table, dict) and errors.NotFoundError in table]
    leaves = {cls for cls in error_classes() if not cls.__subclasses__()}

    assert 1 == len(tables), "web/problems.py has one table of error -> status"
    assert [] == sorted(cls.__name__ for cls in leaves - set(tables[0]))


def test_statuses_live_in_problems_only():
    raised = re.compile(r"\b(fastapi|starlette)\b.*\bHTTPException\b|\bhttp_status\s*=")
    found = [of(path) for path in files(".py", SERVICE) if raised.search(path.read_text(encoding="utf-8"))]

    assert [] == [path for path in found if not path.endswith("web/problems.py")]


def test_every_setting_is_described_and_stands_in_the_readme():
    readme = ROOT / "README.md"
    if find_spec("competence_graph.settings") is None or not readme.exists():
        return  # becomes a demand on the day that both exist
    settings = importlib.import_module("competence_graph.settings").Settings
    prefix = settings.model_config.get("env_prefix", "").upper()
    told = readme.read_text(encoding="utf-8")
    undescribed = [name for name, field in settings.model_fields.items() if not field.description]
    untold = [f"{prefix}{name.upper()}" for name in settings.model_fields if f"{prefix}{name.upper()}" not in told]

    assert ([], []) == (undescribed, untold)


# --- Questions ---


def test_no_query_is_written_in_python():
    found = [
        f"{of(path)}:{line}"
        for path in files(".py", SERVICE)
        if path.relative_to(SERVICE).as_posix() not in BINDERS
        and not path.relative_to(SERVICE).as_posix().startswith(SQL)
        for line, text, _ in code_strings(path)
        if QUERY_FORM.search(text)
    ]

    assert [] == found


def test_no_term_is_formatted_into_a_query():
    found = [
        f"{of(path)}:{line}"
        for path in files(".py", SERVICE)
        if path.relative_to(SERVICE).as_posix() not in BINDERS
        for line, text, put_together in code_strings(path)
        if put_together and QUERY_PART.search(text)
    ]

    assert [] == found


def test_every_question_opens_with_its_sentence_its_inputs_outputs_and_order():
    faults = []
    for path in queries():
        text = path.read_text(encoding="utf-8")
        header = text.split("\n\n", 1)[0].splitlines()
        sentence = header[0].removeprefix("# ")
        kinds = [found[1] for line in header if (found := re.match(r"#\s+(in|out|order)\s", line))]
        if not header[0].startswith("# ") or (path.suffix == ".rq" and not re.fullmatch(r"[A-Z][^?]*\?", sentence)):
            faults.append(f"{of(path)}: the first line is one sentence; a question ends with a question mark")
        if path.suffix == ".rq" and not {"out", "order"} <= set(kinds):
            faults.append(f"{of(path)}: the header lacks an out line or the order line")
        told = set(re.findall(r"^#\s+in\s+\?(\w+)", text, re.MULTILINE))
        taken = set(re.findall(r"VALUES \?(\w+) \{ UNDEF \}", text))
        if told != taken:
            faults.append(f"{of(path)}: says in {sorted(told)}, takes {sorted(taken)}")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
            faults.append(f"{of(path)}: a question is named in lower case with underscores")

    assert [] == faults


def test_every_question_gives_the_columns_that_it_promises():
    faults = []
    for path in files(".rq", SERVICE):
        text = path.read_text(encoding="utf-8")
        told = re.findall(r"^#\s+out\s+\?(\w+)", text, re.MULTILINE)
        found = pyoxigraph.Store().query(text)
        if isinstance(found, pyoxigraph.QuerySolutions):
            given = [variable.value for variable in found.variables]
            if told != given:
                faults.append(f"{of(path)}: promises {told}, gives {given}")

    assert [] == faults


def test_every_question_runs_as_it_stands_in_both_engines():
    faults = []
    for path in queries():
        text = path.read_text(encoding="utf-8")
        try:
            if path.suffix == ".rq":
                pyoxigraph.Store().query(text)
                prepareQuery(text)
            else:
                pyoxigraph.Store().update(text)
                prepareUpdate(text)
        except Exception as error:
            faults.append(f"{of(path)}: {error}")

    assert queries()
    assert [] == faults


# --- Terms ---


def test_every_prefix_means_the_same_everywhere():
    declared = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)
    local = {"shape"}  # the shapes' own namespace
    faults = [
        f"{of(path)}: {prefix}: <{namespace}>"
        for path in [*turtle(), *queries()]
        for prefix, namespace in declared.findall(path.read_text(encoding="utf-8"))
        if prefix not in local and PREFIXES.get(prefix) != namespace
    ]

    assert [] == faults


def declared_terms():
    subjects = set(graph_of(ROOT / "ontology" / "competence-graph.ttl").subjects())
    return {str(subject).removeprefix(OURS) for subject in subjects if str(subject).startswith(OURS)}


def test_the_code_knows_exactly_the_terms_of_the_ontology():
    assert sorted(declared_terms()) == sorted(CG.__annotations__.keys() - {"_fail", "_NS"})


def test_every_term_of_ours_that_is_used_is_declared():
    used = set()
    for path in turtle():
        names = {term for triple in graph_of(path) for term in triple if isinstance(term, rdflib.URIRef)}
        used |= {(name.removeprefix(OURS), of(path)) for name in names if name.startswith(OURS) and name != OURS}
    for path in [*queries(), *files(".jsonld", ROOT / "ontology")]:
        used |= {(name, of(path)) for name in re.findall(r"(?<![\w/])cg:([A-Za-z][\w-]*)", path.read_text("utf-8"))}
    declared = declared_terms()

    assert [] == sorted(f"{path}: cg:{name}" for name, path in used if name not in declared)


def test_stored_data_have_no_blank_nodes_but_those_of_lists():
    found = set()
    for path in files(".ttl", ROOT / "inventories", ROOT / "ontology"):
        graph = graph_of(path)
        nodes = {term for triple in graph for term in triple if isinstance(term, rdflib.BNode)}
        found |= {of(path) for node in nodes if (node, rdflib.RDF.first, None) not in graph}

    assert set() == found


def test_every_published_thing_and_term_is_named_in_lithuanian_and_english():
    concept = rdflib.URIRef("http://www.w3.org/2004/02/skos/core#Concept")
    faults = []
    for path in turtle():
        graph = graph_of(path)
        for subject in sorted(set(graph.subjects())):
            named = False
            for label in LABELS:
                languages = {value.language for value in graph.objects(subject, label)}
                named |= bool(languages)
                if languages and not {"lt", "en"} <= languages:
                    faults.append(f"{of(path)}: {subject} {label.rsplit('/')[-1]}: {sorted(map(str, languages))}")
            if not named and (subject, rdflib.RDF.type, concept) in graph:
                faults.append(f"{of(path)}: {subject} has no label")

    assert [] == faults


def test_every_turtle_file_is_in_house_order():
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "turtle_format.py", "--check", "ontology", "shapes", "inventories"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
