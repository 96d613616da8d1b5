// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/timelinelink.h"

#include "ui/format/foreign.h"
#include "ui/panels/timelinepanel.h"
#include "ui/viewmodels/fields.h"
#include "ui/viewmodels/rundocument.h"

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr int frameMs = 16;
const QLatin1String person("person");

} // namespace

TimelineLink::TimelineLink(RunDocument &document, TimelinePanel &panel)
    : m_document(document), m_panel(panel)
{
    m_frame.setSingleShot(true);
    m_frame.setInterval(frameMs);
    connect(&m_frame, &QTimer::timeout, this, &TimelineLink::follow);
    TimelineWidget *timeline = panel.timeline();
    connect(timeline, &TimelineWidget::cursorMoved, this, [this](qint64 us) {
        m_wantedUs = us;
        if (!m_frame.isActive())
            m_frame.start();
    });
    connect(timeline, &TimelineWidget::selectionChanged, this,
            [this](quint64 seq, state::NameId call) {
                m_isLeading = true;
                m_document.selection().select(seq,
                                              toQString(m_document.timeline().events().name(call)));
                m_isLeading = false;
            });
    connect(&document, &RunDocument::cursorChanged, this, &TimelineLink::showCursor);
    connect(&document.selection(), &Selection::changed, this, &TimelineLink::showSelection);
}

void TimelineLink::follow()
{
    m_isLeading = true;
    const RunTimeline &all = m_document.timeline();
    const quint64 seq = all.seqAt(m_wantedUs);
    if (seq == 0 || seq >= all.events().lastSeq()) {
        m_document.jumpToLive();
        m_panel.timeline()->setCursorTime(
            std::nullopt); // it may be there already, and tell nothing
    } else
        m_document.setCursor(seq);
    m_isLeading = false;
}

void TimelineLink::showCursor()
{
    // The line stays where the person holds it, although no event has just that time.
    if (m_isLeading && m_document.cursor())
        return;
    const auto cursor = m_document.cursor();
    m_panel.timeline()->setCursorTime(
        cursor ? std::optional<qint64>(m_document.timeline().timeOf(*cursor)) : std::nullopt);
}

void TimelineLink::showSelection()
{
    if (m_isLeading)
        return;
    const Selection &selection = m_document.selection();
    m_panel.timeline()->setSelectedCall(
        m_document.timeline().events().find(selection.call().toStdString()), selection.seq());
}

void TimelineLink::fill()
{
    TimelineScene scene;
    scene.timeline = m_document.timeline().spans();
    scene.nowUs = m_document.isTicking() ? m_document.presentMs() * 1000 : scene.timeline.endUs;
    const store::EventSnapshot &events = m_document.timeline().events();
    scene.nameOf = [events](state::NameId name) { return toQString(events.name(name)); };
    for (std::size_t lane = 0; lane < scene.timeline.lanes.size(); ++lane) {
        const state::Lane &own = *scene.timeline.lanes[lane];
        const std::string name(events.name(own.agent));
        LaneLabel label;
        label.lane = lane;
        label.agentIndex = m_document.roster().indexOf(name);
        label.monogram = m_document.roster().monogram(name);
        label.name = name.empty()            ? tr("Run")
                     : name == person.data() ? tr("You")
                                             : format::name(toQString(name), 60);
        // The run and the person have a lane when there is something in it.
        if (label.agentIndex >= 0 || !own.rows.empty() || !own.marks.empty())
            scene.lanes << label;
    }
    // As the team has them; the run and the person first.
    std::stable_sort(
        scene.lanes.begin(), scene.lanes.end(),
        [](const LaneLabel &a, const LaneLabel &b) { return a.agentIndex < b.agentIndex; });
    m_panel.setEmpty(scene.lanes.isEmpty());
    m_panel.timeline()->setScene(std::move(scene));
}

} // namespace orrery::ui
