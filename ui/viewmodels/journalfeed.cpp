// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/journalfeed.h"

#include "ui/viewmodels/filekind.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace orrery::ui {
namespace {

constexpr std::size_t partSize = 2048;

/// What can be read from `from` on. Where the journal itself gives up, the events before that place are found by asking
/// for fewer and fewer.
JournalPart readPart(store::JournalReader &reader, quint64 from)
{
    JournalPart part;
    std::string broken;
    // Asked first: what the writer wrote last is then among what is read.
    part.isBeingWritten = reader.isBeingWritten();
    for (std::size_t limit = partSize;; limit /= 2) {
        auto events = reader.read(from, limit);
        if (events) {
            part.events = std::move(*events);
            break;
        }
        if (limit == 1) {
            part.isBroken = true;
            broken = events.error().message;
            break;
        }
    }
    part.damage = reader.damage();
    if (part.isBroken)
        part.damage.push_back({from, std::move(broken)});
    return part;
}

} // namespace

/// Between the two threads. The feed may be gone before the thread notices.
struct JournalFeed::Desk {
    std::mutex mutex;
    std::condition_variable changed;
    JournalFeed *feed = nullptr;   // guarded by mutex
    std::optional<quint64> wanted; // guarded by mutex
    std::string path;              // never changed

    void post(std::function<void(JournalFeed &)> tell)
    {
        std::lock_guard lock(mutex);
        if (feed)
            QMetaObject::invokeMethod(
                feed, [to = feed, tell = std::move(tell)] { tell(*to); }, Qt::QueuedConnection);
    }
    std::optional<quint64> next()
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return !feed || wanted; });
        return feed ? std::exchange(wanted, std::nullopt) : std::nullopt;
    }
    void work()
    {
        auto opened = open();
        if (!opened) {
            post([error = opened.error()](JournalFeed &to) { emit to.refused(error); });
            return;
        }
        post([](JournalFeed &to) { emit to.opened(); });
        while (const auto from = next()) {
            auto part = std::make_shared<JournalPart>(readPart(**opened, *from));
            post([part](JournalFeed &to) { emit to.arrived(*part); });
        }
    }
    Result<std::unique_ptr<store::JournalReader>> open() const
    {
        const auto kind = fileKindOf(QString::fromStdString(path));
        if (!kind)
            return fail(kind.error());
        if (*kind != FileKind::Journal)
            return fail(ErrorCode::InvalidArgument, path + " is a team file, not a journal.");
        return store::JournalReader::open(path);
    }
};

JournalFeed::JournalFeed(QString path, QObject *parent)
    : QObject(parent), m_path(std::move(path)), m_desk(std::make_shared<Desk>())
{
    m_desk->feed = this;
    m_desk->path = m_path.toStdString();
}

JournalFeed::~JournalFeed()
{
    {
        std::lock_guard lock(m_desk->mutex);
        m_desk->feed = nullptr;
    }
    m_desk->changed.notify_all();
}

void JournalFeed::open()
{
    std::thread([desk = m_desk] { desk->work(); }).detach();
}

void JournalFeed::read(quint64 from)
{
    {
        std::lock_guard lock(m_desk->mutex);
        m_desk->wanted = from;
    }
    m_desk->changed.notify_all();
}

} // namespace orrery::ui
