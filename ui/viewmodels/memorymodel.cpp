// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/memorymodel.h"

#include "core/memory/searchjson.h"
#include "ui/format/format.h"
#include "ui/viewmodels/fields.h"

namespace orrery::ui {

namespace {

/// Below it, vectors of our embedders mean that two texts have little to do with each other.
constexpr double kWeakCosine = 0.4;

QString plain(double value) { return QString::number(value, 'g', 3); }

/// Searches often take less than a millisecond.
QString took(qint64 us)
{
    return us > 0 && us < 1000 ? QStringLiteral("%1 µs").arg(us) : format::duration(us);
}

QString wordsTip(const Fields &data)
{
    QStringList words;
    for (const Json &json : data.list("words")) {
        const Fields word(json);
        words << (word.flag("used", true)
                      ? QObject::tr("“%1” in %2").arg(word.text("word")).arg(word.count("rows"))
                      : QObject::tr("“%1” is in too many to tell anything").arg(word.text("word")));
    }
    return words.join(QStringLiteral(", "));
}

} // namespace

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
    m_whatIf.reset();
    // The event owns its data.
    m_data = search ? std::shared_ptr<const Json>(search, &search->data.json()) : nullptr;
    m_results.show(m_data, nullptr);
    m_results.setRows(MemoryResultsModel::Rows::All);
    emit searchShown();
}

QString MemoryModel::query() const
{
    return m_shownSearch ? Fields(m_shownSearch->data).text("query") : QString();
}

memory::RankSettings MemoryModel::ranking() const
{
    return m_shownSearch ? memory::outcomeFromJson(m_shownSearch->data).rank
                         : memory::RankSettings();
}

void MemoryModel::setWhatIf(const std::optional<memory::RankSettings> &settings)
{
    if (!m_shownSearch || (!settings && !m_whatIf))
        return;
    m_whatIf = settings;
    if (settings) {
        auto ranked = std::make_shared<Json>(m_shownSearch->data.json());
        memory::writeRanking(
            *ranked, memory::rerank(memory::outcomeFromJson(m_shownSearch->data), *settings));
        m_data = std::move(ranked);
        m_results.show(m_data, &m_shownSearch->data.json());
    } else {
        m_data = std::shared_ptr<const Json>(m_shownSearch, &m_shownSearch->data.json());
        m_results.show(m_data, nullptr);
    }
    emit rankingShown();
}

QVector<PipelineStep> MemoryModel::pipeline() const
{
    if (!m_data)
        return {};
    using Rows = MemoryResultsModel::Rows;
    const Fields data(*m_data);
    const Fields text = data.object("text");
    const Fields vector = data.object("vector");
    const Fields weights = data.object("weights");
    QVector<PipelineStep> steps;
    const bool isFullText = data.text("text_method") == QLatin1String("fts5");
    const QString textTip = (isFullText ? tr("Full text, ranked by bm25. %1").arg(wordsTip(data))
                                        : tr("Jaro similarity of the lower-cased texts."))
                            + tr("\nShows what this leg found.");
    const qint64 found =
        text.has("found") ? text.count("found") : qint64(data.list("results").size());
    const qint64 tookUs =
        text.has("elapsed_us") ? text.count("elapsed_us") : data.count("elapsed_us");
    steps << PipelineStep{tr("Text %1 · %2").arg(found).arg(took(tookUs)), textTip, false,
                          Rows::TextLeg};
    if (const QString why = vector.text("skipped"); !why.isEmpty())
        steps << PipelineStep{tr("Vector skipped"), why, true, std::nullopt};
    else if (vector.flag("ran"))
        steps << PipelineStep{
            tr("Vector %1 · %2").arg(vector.count("found")).arg(took(vector.count("elapsed_us"))),
            tr("Cosine of the vectors of %1; embedding the query took %2.\nShows what this leg "
               "found.")
                .arg(data.text("embedder"), took(data.count("embed_us"))),
            false, Rows::VectorLeg};
    if (vector.count("found") > 0)
        steps << PipelineStep{tr("RRF k %1").arg(plain(data.real("rrf_k", 60))),
                              tr("Reciprocal rank fusion: each leg gives 1/(k + rank); the sum is "
                                 "divided by the best."),
                              false, std::nullopt};
    steps << PipelineStep{
        tr("decay λ %1").arg(plain(data.real("decay_lambda", 0.001))),
        tr("Relevance × exp(−λ · hours since the last access), unless evergreen."), false,
        std::nullopt};
    steps << PipelineStep{tr("weights %1 / %2 / %3")
                              .arg(plain(weights.real("relevance", 0)),
                                   plain(weights.real("importance", 0)),
                                   plain(weights.real("recency", 0))),
                          tr("Of relevance, importance and recency."), false, std::nullopt};
    if (const double least = data.real("min_score", 0); least > 0)
        steps << PipelineStep{tr("≥ %1").arg(plain(least)), tr("The least score."), false,
                              std::nullopt};
    const auto returned = qint64(data.list("results").size());
    const QString scope = data.text("scope");
    steps << PipelineStep{tr("top %1: %2 returned").arg(data.count("limit")).arg(returned),
                          tr("%1 dropped; %2.\nShows what was returned.")
                              .arg(data.list("dropped").size())
                              .arg(scope.isEmpty() ? tr("all scopes") : tr("scope %1").arg(scope)),
                          false, Rows::Returned};
    return steps;
}

QStringList MemoryModel::notes() const
{
    QStringList notes;
    if (!m_data)
        return notes;
    const Fields data(*m_data);
    for (const Json &note : data.list("notes"))
        if (note.is_string())
            notes << toQString(note.get_ref<const std::string &>());
    const Fields vector = data.object("vector");
    if (vector.count("found") > 0 && vector.real("best", 1) < kWeakCosine)
        notes << tr("The best match is weak (cosine %1); relevance is rescaled, so the top always "
                    "has 1.00.")
                     .arg(QString::number(vector.real("best", 0), 'f', 2));
    return notes;
}

QString MemoryModel::whyNot(const QString &target) const
{
    const QString wanted = target.trimmed();
    if (!m_data || wanted.isEmpty())
        return {};
    const memory::SearchOutcome outcome = memory::outcomeFromJson(*m_data);
    memory::SearchOutcome ranked = memory::rerank(outcome, outcome.rank);
    const memory::SearchHit *meant = nullptr;
    for (const auto *list : {&ranked.hits, &ranked.dropped})
        for (const memory::SearchHit &hit : *list)
            if (toQString(hit.entry.id) == wanted
                || (!meant && toQString(hit.entry.content).contains(wanted, Qt::CaseInsensitive)))
                meant = &hit;
    if (!meant)
        return {};
    return tr("“%1”: %2")
        .arg(format::oneLine(toQString(meant->entry.content)).left(60),
             toQString(memory::reasonOf(ranked, *meant)));
}

memory::SearchQuery MemoryModel::questionFor(const QString &target) const
{
    memory::SearchQuery query;
    if (m_data)
        query = memory::queryFromJson(*m_data);
    query.whyNot = target.trimmed().toStdString();
    return query;
}

QString MemoryModel::answer() const
{
    if (!m_shownSearch)
        return {};
    const Fields answer = Fields(m_shownSearch->data).object("why_not");
    const QString sentence = answer.text("sentence");
    const QString content = format::oneLine(answer.text("content")).left(60);
    return content.isEmpty() ? sentence : tr("“%1”: %2").arg(content, sentence);
}

} // namespace orrery::ui
