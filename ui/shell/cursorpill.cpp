// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/cursorpill.h"

#include "ui/theme/icons.h"
#include "ui/widgets/numbers.h"

namespace orrery::ui {

CursorPill::CursorPill(QWidget *parent) : QToolButton(parent)
{
    setObjectName(QStringLiteral("cursorPill"));
    setProperty("flat", true);
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setIconSize({14, 14});
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Time cursor"));
    setIdle();
}

void CursorPill::setLive()
{
    setIcon(themedIcon(QStringLiteral("live")));
    setText(tr("LIVE"));
    setToolTip(tr("The panels show what is happening now"));
    show();
}

void CursorPill::setAt(qint64 timeUs)
{
    setIcon(themedIcon(QStringLiteral("paused")));
    setText(tr("AT %1").arg(clockTime(timeUs)));
    setToolTip(tr("The panels show this moment"));
    show();
}

void CursorPill::setIdle() { hide(); }

} // namespace orrery::ui
