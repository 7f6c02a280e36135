"""The macros that pages are written with: what they put around the words they are given."""

import pytest


@pytest.fixture
def written(migrated_app):
    """The HTML of a piece of template that may use the macros."""

    def write(piece, **values):
        imports = '{% from "macros.html" import fact, facts, grid, visually_hidden %}'
        return migrated_app.jinja_env.from_string(imports + piece).render(values)

    return write


def seen(html):
    """The same without the white space between tags, which shows nowhere in a list or a table."""
    return "".join(line.strip() for line in html.splitlines())


def test_a_row_of_a_list_is_left_out_where_its_condition_fails(written):
    html = written('{{ facts([("谁", who), ("用途", "野餐") if False, ("备注", "")]) }}', who="佟<b>")
    assert seen(html) == ('<dl class="facts"><dt>谁</dt><dd>佟&lt;b&gt;</dd><dt>备注</dt><dd></dd></dl>')


def test_a_fact_in_a_block_has_no_line_break_at_its_edges_and_keeps_those_inside(written):
    html = written('{% call fact("内容") %}\n  {{ words }}\n{% endcall %}', words="　一袋米\n一桶油")
    assert html.endswith("<dd>　一袋米\n一桶油</dd>")


def test_a_table_writes_its_cells_row_by_row(written):
    html = written(
        '{% call(one) grid(["谁", ("积分", "number")], rows) %}<td>{{ one }}</td>{% endcall %}', rows="甲乙"
    )
    assert seen(html) == (
        '<table class="table"><thead><tr><th scope="col">谁</th><th scope="col" class="number">积分</th></tr></thead>'
        "<tbody><tr><td>甲</td></tr><tr><td>乙</td></tr></tbody></table>"
    )


def test_a_table_without_rows_takes_its_body_as_it_is(written):
    html = written(
        '{% call grid([visually_hidden("操作")], class="table roll") %}<tr class="odd"></tr>{% endcall %}'
    )
    assert seen(html) == (
        '<table class="table roll"><thead><tr><th scope="col"><span class="visually-hidden">操作</span></th></tr></thead>'
        '<tbody><tr class="odd"></tr></tbody></table>'
    )
