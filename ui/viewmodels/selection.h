// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

namespace orrery::ui {

/// The event that the person looks at, in whatever panel they chose it, and the call that it belongs to: all panels mark
/// both. Lives on the GUI thread.
class Selection : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    quint64 seq() const { return m_seq; }          ///< 0: nothing is selected
    const QString &call() const { return m_call; } ///< empty: the event belongs to none
    void select(quint64 seq, const QString &call)
    {
        if (seq == m_seq && call == m_call)
            return;
        m_seq = seq;
        m_call = call;
        emit changed();
    }
    void clear() { select(0, {}); }

signals:
    void changed();

private:
    quint64 m_seq = 0;
    QString m_call;
};

} // namespace orrery::ui
