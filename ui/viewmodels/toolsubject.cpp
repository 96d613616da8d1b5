// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/toolsubject.h"

#include "ui/format/format.h"

namespace orrery::ui {

QString toolSubject(const Fields &arguments)
{
    for (const char *key : {"path", "file", "command", "pattern", "query", "topic", "to", "title",
                            "label", "slug_or_id", "from_slug", "content", "message"}) {
        const QString text = format::oneLine(arguments.text(key), 80);
        if (text.isEmpty())
            continue;
        return arguments.has("start_line")
                   ? text + QLatin1Char(' ')
                         + format::lines(arguments.line("start_line"), arguments.line("end_line"))
                   : text;
    }
    return {};
}

} // namespace orrery::ui
