// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/rundocument.h"

#include "ui/viewmodels/fields.h"

#include <QElapsedTimer>

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr qint64 sliceUs = 8000;
constexpr std::size_t chunk = 2048;
constexpr int pollMs = 250;

} // namespace

RunDocument::RunDocument(QObject *parent)
    : QObject(parent), m_agents(m_roster), m_conversation(m_roster), m_claims(m_roster),
      m_limiter(m_roster), m_memory(m_roster), m_knowledge(m_roster), m_decisions(m_roster),
      m_events(m_roster), m_filtered(m_events),
      m_approvals(m_roster), m_projections{&m_status,  &m_agents, &m_conversation, &m_claims,
                                           &m_limiter, &m_memory, &m_knowledge,    &m_decisions}
{
    m_pump.addProjection(this);
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &RunDocument::work);
    m_poll.setSingleShot(true);
    m_poll.setInterval(pollMs);
    connect(&m_poll, &QTimer::timeout, this, &RunDocument::readMore);
    connect(&m_pump, &EventPump::caughtUp, this, &RunDocument::tellIfCaughtUp);
    connect(&m_filtered, &EventsFilterModel::filterChanged, this,
            [this] { emit filterChanged(m_filtered.text()); });
}

RunDocument::~RunDocument() = default;

void RunDocument::clear()
{
    m_pump.letGo();
    m_live = m_complete = m_asked = m_following = false;
    if (m_feed)
        m_feed.release()->deleteLater(); // it may be the one who speaks
    m_damage.clear();
    m_timer.stop();
    m_poll.stop();
    m_all.clear();
    m_target = 0;
    m_toldCaughtUp = true;
    m_roster.clear();
    m_present.reset();
    m_approvals.reset();
    m_events.reset();
    m_timeline.reset();
    resetProjections();
    setSelectedAgent({});
    m_selection.clear();
    if (m_cursor) {
        m_cursor.reset();
        emit cursorChanged();
    }
    emit eventsApplied();
}

void RunDocument::showTeam(const TeamSpec &team)
{
    clear();
    m_status.showTeam(team);
    m_present.showTeam(team);
    m_agents.showTeam(team);
    emit eventsApplied();
}

void RunDocument::attach(runtime::EventBus &bus)
{
    if (!m_all.empty() || m_feed)
        clear();
    m_live = true;
    m_complete = false;
    m_pump.attach(bus);
}

void RunDocument::detach()
{
    m_pump.detach();
    m_live = false;
    updateNow();
}

void RunDocument::load(std::vector<EventPtr> events)
{
    clear();
    m_complete = true;
    m_toldCaughtUp = false;
    append(events);
}

void RunDocument::openJournal(const QString &path)
{
    forgetJournal();
    m_opening = std::make_unique<JournalFeed>(path);
    JournalFeed *feed = m_opening.get();
    connect(feed, &JournalFeed::opened, this, [this, feed] {
        if (feed == m_opening.get())
            emit journalReady(feed->path());
    });
    connect(feed, &JournalFeed::refused, this, [this, feed](const Error &error) {
        if (feed != m_opening.get())
            return;
        m_opening.release()->deleteLater();
        emit journalRefused(error);
    });
    connect(feed, &JournalFeed::arrived, this, [this, feed](const JournalPart &part) {
        if (feed == m_feed.get())
            take(part);
    });
    feed->open();
}

void RunDocument::forgetJournal()
{
    // A feed may not end in the midst of what it tells.
    if (m_opening)
        m_opening.release()->deleteLater();
}

void RunDocument::showJournal()
{
    if (!m_opening)
        return;
    std::unique_ptr<JournalFeed> feed = std::move(m_opening);
    clear();
    m_feed = std::move(feed);
    m_toldCaughtUp = false;
    readMore();
}

bool RunDocument::isCaughtUp() const
{
    return !isReading() && m_projected == m_target && (!m_live || m_pump.isCaughtUp());
}

bool RunDocument::isTicking() const
{
    return (m_live || isFollowing()) && !m_cursor && !m_status.hasEnded();
}

qint64 RunDocument::presentMs() const
{
    return std::max<qint64>(m_wallMs, m_present.lastUs() / 1000);
}

void RunDocument::setSelectedAgent(const QString &agent)
{
    if (agent == m_selected)
        return;
    m_selected = agent;
    m_conversation.setAgent(agent);
    emit selectionChanged(agent);
}

void RunDocument::setFilterText(const QString &text)
{
    m_filtered.setFilter(text, m_filtered.kind(), m_filtered.agent());
}

void RunDocument::setCursor(quint64 seq)
{
    if (m_cursor == seq)
        return;
    m_cursor = seq;
    m_toldCaughtUp = false;
    retarget();
    emit cursorChanged();
}

void RunDocument::jumpToLive()
{
    if (!m_cursor)
        return;
    m_cursor.reset();
    m_toldCaughtUp = false;
    retarget();
    emit cursorChanged();
}

qint64 RunDocument::cursorTimeUs() const
{
    return m_projected == 0 ? 0 : m_all[m_projected - 1]->timeUs;
}

quint64 RunDocument::shownSeq() const { return m_projected == 0 ? 0 : m_all[m_projected - 1]->seq; }

void RunDocument::setNow(qint64 nowMs)
{
    m_wallMs = nowMs;
    updateNow();
}

void RunDocument::updateNow()
{
    const qint64 shownMs = cursorTimeUs() / 1000;
    m_nowMs = isTicking() ? std::max(m_wallMs, shownMs) : shownMs;
    m_agents.setNow(m_nowMs);
    m_claims.setNow(m_nowMs);
    m_approvals.setNow(presentMs());
}

void RunDocument::apply(const std::vector<EventPtr> &batch) { append(batch); }

void RunDocument::reset()
{
    resetProjections();
    retarget();
}

void RunDocument::append(const std::vector<EventPtr> &batch)
{
    m_all.insert(m_all.end(), batch.begin(), batch.end());
    m_present.apply(batch);
    m_approvals.apply(batch);
    m_events.apply(batch);
    m_timeline.apply(batch);
    m_toldCaughtUp = false;
    retarget();
}

void RunDocument::resetProjections()
{
    m_projected = 0;
    for (Projection *projection : m_projections)
        projection->reset();
}

void RunDocument::retarget()
{
    m_target = m_all.size();
    if (m_cursor) {
        const auto after =
            std::upper_bound(m_all.begin(), m_all.end(), *m_cursor,
                             [](quint64 seq, const EventPtr &event) { return seq < event->seq; });
        m_target = static_cast<std::size_t>(after - m_all.begin());
    }
    if (m_target < m_projected)
        resetProjections();
    advance();
}

void RunDocument::advance()
{
    QElapsedTimer watch;
    watch.start();
    while (m_projected < m_target && watch.nsecsElapsed() / 1000 < sliceUs)
        project(m_projected, std::min(m_target, m_projected + chunk));
    if (m_projected < m_target || isReading())
        m_timer.start();
    if (m_complete && m_present.isActive()) {
        m_present.endOfJournal();
        m_approvals.endOfJournal();
    }
    if (m_complete && !m_cursor && m_projected == m_all.size() && m_status.isActive())
        for (Projection *projection : m_projections)
            projection->endOfJournal();
    updateNow();
    tellIfCaughtUp();
}

void RunDocument::project(std::size_t from, std::size_t to)
{
    const std::vector<EventPtr> batch(m_all.begin() + static_cast<std::ptrdiff_t>(from),
                                      m_all.begin() + static_cast<std::ptrdiff_t>(to));
    const std::vector<EventPtr> merged = mergeDeltas(batch);
    m_projected = to;
    for (Projection *projection : m_projections)
        projection->apply(projection->wantsEveryDelta() ? batch : merged);
    emit eventsApplied();
}

void RunDocument::work()
{
    // Reading waits until what was read is shown, so that memory and time stay within bounds.
    if (isReading() && m_projected == m_target)
        readMore();
    else
        advance();
}

void RunDocument::readMore()
{
    if (!m_feed || m_asked)
        return;
    m_asked = true;
    const quint64 read = m_all.empty() ? 0 : m_all.back()->seq;
    m_feed->read(std::max<quint64>(read, m_damage.empty() ? 0 : m_damage.back().seq) + 1);
}

void RunDocument::take(const JournalPart &part)
{
    m_asked = false;
    const bool isWorse = part.damage.size() != m_damage.size();
    m_damage = part.damage;
    const bool isEnd = part.isBroken || (part.events.empty() && !isWorse);
    m_following = m_following || (isEnd && part.isBeingWritten && !part.isBroken);
    if (m_following)
        m_poll.start(isEnd ? pollMs : 0);
    if (!isEnd) {
        append(part.events);
    } else if (!part.isBeingWritten || part.isBroken) {
        m_poll.stop();
        m_following = false;
        m_feed.release()->deleteLater();
        m_complete = true;
        m_toldCaughtUp = false;
        advance();
    }
    if (isWorse)
        emit eventsApplied();
    tellIfCaughtUp();
}

void RunDocument::tellIfCaughtUp()
{
    if (m_toldCaughtUp || !isCaughtUp())
        return;
    m_toldCaughtUp = true;
    emit caughtUp();
}

} // namespace orrery::ui
