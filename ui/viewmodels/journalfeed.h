// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/journal.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace orrery::ui {

/// What one look into a journal brought.
struct JournalPart {
    std::vector<EventPtr> events;      ///< none: for now, or for ever, there are no more
    std::vector<store::Damage> damage; ///< all that has been met until now
    bool isBeingWritten = false;       ///< more may come
    bool isBroken = false;             ///< nothing after the last damage can be read
};

/// Reads a journal on a thread of its own, part by part as it is asked to, also while a run writes it. Lives on the GUI
/// thread; its end waits for nothing: a disk that does not answer keeps only that thread.
class JournalFeed : public QObject
{
    Q_OBJECT
public:
    explicit JournalFeed(QString path, QObject *parent = nullptr);
    ~JournalFeed() override;
    QString path() const { return m_path; }

    /// opened() or refused() tells how it went. Once.
    void open();
    /// The events from that number on; arrived() brings them. After opened(), one at a time.
    void read(quint64 from);

signals:
    void opened();
    void refused(const orrery::Error &error);
    void arrived(const orrery::ui::JournalPart &part);

private:
    struct Desk;
    QString m_path;
    std::shared_ptr<Desk> m_desk;
};

} // namespace orrery::ui
