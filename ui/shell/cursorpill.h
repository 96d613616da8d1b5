// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>

namespace orrery::ui {

/// The time cursor: LIVE while events arrive, AT a moment when a journal is read.
class CursorPill : public QToolButton
{
    Q_OBJECT
public:
    explicit CursorPill(QWidget *parent = nullptr);
    void setLive();
    void setAt(qint64 timeUs);
    void setReading();
    void setEnd(); ///< of a run that is over
    void setIdle();
};

} // namespace orrery::ui
