// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/cursorpill.h"

#include "ui/format/format.h"
#include "ui/theme/icons.h"
#include "ui/widgets/plaintip.h"

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
    setTip(this, tr("The panels show what is happening now"));
}

void CursorPill::setAt(qint64 timeUs)
{
    setIcon(themedIcon(QStringLiteral("paused")));
    setText(tr("AT %1 · jump to live").arg(format::clockTime(timeUs)));
    setTip(this, tr("The panels show this moment; click to go back to the latest one (Ctrl+L)"));
}

void CursorPill::setReading()
{
    setIcon(themedIcon(QStringLiteral("events")));
    setText(tr("READING"));
    setTip(this, tr("The journal is being read"));
}

void CursorPill::setEnd()
{
    setIcon(themedIcon(QStringLiteral("stopped")));
    setText(tr("END"));
    setTip(this,
           tr("The panels show the run as it ended; double-click an event to go to its moment"));
}

void CursorPill::setIdle()
{
    setIcon(themedIcon(QStringLiteral("idle")));
    setText(tr("NO RUN"));
    setTip(this, tr("Nothing has run yet"));
}

} // namespace orrery::ui
