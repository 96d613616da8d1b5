// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/memorymodel.h"

#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"

namespace orrery::ui {

MemoryModel::MemoryModel(AgentRoster &roster, QObject *parent) : QObject(parent), m_roster(roster)
{}

void MemoryModel::apply(const std::vector<EventPtr> &batch)
{
    for (const EventPtr &event : batch) {
        m_roster.learn(*event);
        switch (event->kind) {
        case EventKind::MemoryStored:
            m_entries.store(event, m_roster.colorIndex(event->agent));
            break;
        case EventKind::MemoryForgotten:
            m_entries.forget(std::string(Fields(event->data).view("id")));
            break;
        case EventKind::MemorySearched:
            m_searches.m_rows.push_back(event);
            m_searches.m_colors.push_back(m_roster.colorIndex(event->agent));
            break;
        default: break;
        }
    }
    m_entries.flush();
    m_searches.flush();
    showSelected();
}

void MemoryModel::reset()
{
    m_entries.clear();
    m_searches.clear();
    m_pinned = -1;
    showSelected();
}

int MemoryModel::selectedSearch() const
{
    const int count = static_cast<int>(m_searches.m_rows.size());
    return m_pinned >= 0 && m_pinned < count ? m_pinned : count - 1;
}

void MemoryModel::selectSearch(int row)
{
    m_pinned = row < 0 ? -1 : row;
    showSelected();
}

void MemoryModel::showSelected()
{
    const int row = selectedSearch();
    const EventPtr search = row < 0 ? nullptr : m_searches.m_rows[static_cast<std::size_t>(row)];
    if (search == m_shownSearch)
        return;
    m_shownSearch = search;
    m_results.show(search);
    m_dropped.show(search);
    emit searchShown();
}

QString MemoryModel::query() const
{
    return m_shownSearch ? Fields(m_shownSearch->data).text("query") : QString();
}

QString MemoryModel::summary() const
{
    if (!m_shownSearch)
        return {};
    const Fields data(m_shownSearch->data);
    const Fields weights = data.object("weights");
    const QString scope = data.text("scope");
    const auto weight = [&](const char *key) {
        return QString::number(weights.real(key, 0), 'g', 3);
    };
    return tr("Text %1 → weights %2 / %3 / %4 → ≥ %5 → top %6 → %7 returned, %8 dropped · %9")
        .arg(format::duration(data.count("elapsed_us")), weight("relevance"), weight("importance"),
             weight("recency"), QString::number(data.real("min_score", 0), 'g', 3),
             QString::number(data.count("limit")), QString::number(data.list("results").size()),
             QString::number(data.list("dropped").size()),
             scope.isEmpty() ? tr("all scopes") : tr("scope %1").arg(scope));
}

} // namespace orrery::ui
