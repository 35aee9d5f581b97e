"""Columns as learning and HR programs name them: what each layout's columns are proposed to hold."""

import pytest

from competence_graph.exchange.staff_sheet import proposed

COMPETENCES = {"cataloguing": "cdqza9xn", "b-03": "c57vh4eb"}
LAYOUTS = {
    "own template, Lithuanian": (
        ["Vardas", "Pavardė", "El. paštas", "Padalinys", "Pareigybė", "Pirma diena"],
        ["given_name", "family_name", "email", "unit", "role", "start"],
    ),
    "users of a Moodle site": (
        ["username", "firstname", "lastname", "email", "idnumber", "institution", "department"],
        ["number", "given_name", "family_name", "email", "", "", "unit"],
    ),
    "completions as IOMAD takes them": (
        ["username", "userid", "coursename", "courseid", "timeenrolled", "timestarted", "timecompleted"],
        ["number", "", "course", "", "", "", "assessed"],
    ),
    "completions with Czech days": (
        ["Completed Date", "Employee ID", "Content ID", "Content Title", "Content Type", "Completion Points"],
        ["assessed", "number", "", "course", "", ""],
    ),
    "zeros and ones by skill": (["employee_id", "Cataloguing", "B-03"], ["number", "c:cdqza9xn", "c:c57vh4eb"]),
    "learning experience platform": (
        ["employee_id", "completed_date", "content_id", "content_title", "content_provider"],
        ["number", "assessed", "", "course", ""],
    ),
    "HR master of a large program": (
        ["employee_id", "personal_number", "sa_org_hierarchy.objid", "profession", "planned_profession"],
        ["number", "", "", "role", ""],
    ),
    "qualifications held there": (
        ["personal_number", "start_date", "end_date", "id_q", "name_q"],
        ["number", "start", "expires", "", "competence"],
    ),
    "skill map of an HR program": (
        ["employee", "skill", "proficiency", "evaluation_date"],
        ["name", "competence", "level", "assessed"],
    ),
    "years of experience": (
        ["Full name", "Skill", "yearsOfExperience", "Comments"],
        ["name", "competence", "level", ""],
    ),
    "accounting program in Lithuania": (
        ["Tab. Nr.", "Vardas, pavardė", "Skyrius", "Pareigos", "Priėmimo data"],
        ["number", "name", "unit", "role", "start"],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_columns_are_proposed_as_their_program_means_them(layout):
    head, fields = LAYOUTS[layout]
    assert proposed(head, lambda name: COMPETENCES.get(name.casefold())) == fields


@pytest.mark.parametrize(
    "head",
    [
        ["Parent ID number", "Short name", "Description", "Scale values", "Taxonomy"],
        ["content_id", "title_of_content", "provider", "url"],
        ["objid", "paren", "short", "stxtc"],
        ["conceptType", "conceptUri", "preferredLabel", "altLabels"],
    ],
)
def test_tables_that_are_about_no_person_have_no_column_of_people(head):
    found = set(proposed(head, lambda _name: None))
    assert not found & {"name", "given_name", "family_name", "email"}
