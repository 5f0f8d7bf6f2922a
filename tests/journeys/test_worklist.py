"""A clerk at the list: keys, a view of their own, and a case accepted with others in the background."""

import pytest

pytestmark = pytest.mark.journey


def test_a_clerk_works_through_the_list(visitor) -> None:
    clerk = visitor("zwzx01")
    clerk.open("/workbench/?task=all")
    clerk.page.locator("[data-row]").first.wait_for()
    clerk.look("80-worklist")
    clerk.page.keyboard.press("?")
    clerk.page.get_by_role("dialog").wait_for()
    clerk.look("81-keys")
    clerk.page.keyboard.press("?")
    clerk.page.get_by_role("dialog").wait_for(state="hidden")
    clerk.page.keyboard.press("j")
    assert clerk.page.evaluate("document.activeElement.hasAttribute('data-row')")
    clerk.page.locator("[type=search]").focus()
    clerk.page.keyboard.type("jk?x")
    assert clerk.page.locator("[type=search]").input_value() == "jk?x"

    clerk.open("/workbench/?task=all&more=1")
    clerk.look("82-more-filters")
    clerk.page.locator("summary").filter(has_text="存成视图").click()
    clerk.page.locator("#view-name").fill("全部")
    clerk.press("保存")
    clerk.open("/workbench/views/")
    clerk.look("83-views")

    clerk.open("/workbench/?task=all&state=submitted")
    clerk.page.locator("[data-row]").first.focus()
    clerk.page.keyboard.press("x")
    clerk.page.locator("#bulk-act").select_option("accept:")
    clerk.press("下一步")
    clerk.look("84-bulk-asked")
    clerk.press("确认，办这 1 件")
    for _try in range(60):
        if clerk.page.get_by_text("办完了").count():
            break
        clerk.page.wait_for_timeout(1000)
        clerk.page.reload()
    assert clerk.page.get_by_text("完成 1 件，没有办 0 件").count() == 1
    clerk.look("85-bulk-done")

    clerk.open("/workbench/?task=all")
    clerk.page.keyboard.press("j")
    clerk.page.keyboard.press("Enter")
    clerk.page.wait_for_url("**/cases/**list=**")
    first = clerk.page.url
    clerk.page.keyboard.press("n")
    clerk.page.wait_for_url(lambda url: url != first)
    clerk.look("86-next-case")
