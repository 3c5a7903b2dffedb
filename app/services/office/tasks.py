"""Everything that waits for one person today, as one list by due time (R3, R21, R25, R28, R30)."""

from __future__ import annotations

from app.domain.office.tasks import Task, When, arrange
from app.services.office.case_tasks import list_case_tasks, list_group_tasks
from app.services.office.round_tasks import list_round_tasks
from app.services.office.site_tasks import list_site_tasks
from app.services.office.task_reader import TaskReader


def list_tasks(reader: TaskReader) -> dict[When, list[Task]]:
    """Return the tasks of this person by part of the list, each by due time.

    The office sees all, a unit its own. With `reader.own` it is what waits for this very person: cases alone. Nothing
    is in it that would be refused when it is done now, and each count is that of the page where it is done.
    """
    tasks = [*list_case_tasks(reader), *list_group_tasks(reader)]
    if not reader.own:
        tasks += [*list_round_tasks(reader), *list_site_tasks(reader)]
    return arrange(tasks, reader.now)
