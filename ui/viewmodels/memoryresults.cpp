// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/memoryresults.h"

#include "ui/format/format.h"
#include "ui/viewmodels/fields.h"

#include <iterator>

namespace orrery::ui {
namespace {

QString fixed(const Fields &data, const char *key, int digits = 2)
{
    const auto value = data.real(key);
    return value ? QString::number(*value, 'f', digits) : format::unknown();
}

/// Rank and raw score of a leg.
QString leg(const Fields &data, const char *rank, const char *score)
{
    const auto place = data.integer(rank);
    return place ? QStringLiteral("%1 / %2").arg(*place).arg(fixed(data, score))
                 : format::unknown();
}

QVariant integerOrNothing(const Fields &data, const char *key)
{
    const auto value = data.integer(key);
    return value ? QVariant(*value) : QVariant();
}

QVariant realOrNothing(const Fields &data, const char *key)
{
    const auto value = data.real(key);
    return value ? QVariant(*value) : QVariant();
}

QString stageOf(const Fields &hit)
{
    // Journals of the first version named it only for what was dropped.
    return hit.has("stage") ? hit.text("stage") : QStringLiteral("returned");
}

} // namespace

int MemoryResultsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int MemoryResultsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MemoryResultsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        || section < 0 || section >= ColumnCount)
        return {};
    static const char *const names[] = {"#",    "Memory", "Score", "Text", "Vector",
                                        "Rel.", "×Decay", "Imp.",  "Rec.", "Verdict"};
    static const char *const tips[] = {
        "Place among the results; ▲ and ▼ tell how far a changed ranking moved it",
        "What is remembered",
        "Relevance, importance and recency, each times its weight; the full length is the highest "
        "score that these weights allow",
        "Rank and raw score of the text search",
        "Rank and cosine of the vector search",
        "Relevance: the text score, or both ranks fused and divided by the best",
        "What age left of the relevance",
        "Importance, as it was stored",
        "Recency: 1 = just now",
        "Returned, or the stage that dropped it"};
    static_assert(std::size(names) == ColumnCount && std::size(tips) == ColumnCount);
    return tr(role == Qt::ToolTipRole ? tips[section] : names[section]);
}

QString MemoryResultsModel::verdict(const Json &json) const
{
    const Fields hit(json);
    const Fields data(*m_data);
    const QString stage = stageOf(hit);
    if (stage == QLatin1String("min_score"))
        return tr("below %1").arg(fixed(data, "min_score"));
    if (stage == QLatin1String("limit"))
        return tr("not in top %1").arg(data.count("limit"));
    if (stage == QLatin1String("leg_cut") || stage == QLatin1String("text_cut"))
        return tr("cut by its leg");
    if (stage == QLatin1String("type"))
        return tr("other type");
    if (stage == QLatin1String("scope"))
        return tr("other scope");
    return tr("returned");
}

QString MemoryResultsModel::formula(const Json &json) const
{
    const Fields hit(json);
    if (!hit.has("score"))
        return tr("Not scored: neither leg had it among its best %1.")
            .arg(3 * Fields(*m_data).count("limit"));
    const Fields weights = Fields(*m_data).object("weights");
    const auto weight = [&](const char *key) {
        return QString::number(weights.real(key, 0), 'g', 3);
    };
    QString text = tr("%1 × %2 relevance × %3 decay + %4 × %5 importance")
                       .arg(weight("relevance"), fixed(hit, "relevance", 3), fixed(hit, "decay", 3),
                            weight("importance"), fixed(hit, "importance", 2));
    if (weights.real("recency", 0) != 0)
        text += tr(" + %1 × %2 recency").arg(weight("recency"), fixed(hit, "recency", 3));
    text += tr(" = %1").arg(fixed(hit, "score", 3));
    if (hit.real("fused", 0) > 0)
        text += tr(" · fused %1").arg(fixed(hit, "fused", 4));
    return text;
}

QVariant MemoryResultsModel::display(const Json &json, int row, int column) const
{
    const Fields hit(json);
    switch (column) {
    case Rank: {
        if (stageOf(hit) != QLatin1String("returned"))
            return format::unknown();
        const QString place = QString::number(row + 1);
        if (!m_isCompared)
            return place;
        const auto before = m_before.constFind(hit.text("id"));
        if (before == m_before.constEnd())
            return tr("%1 new").arg(place);
        const int up = *before - row;
        return up == 0 ? place
                       : (up > 0 ? QStringLiteral("%1 ▲%2") : QStringLiteral("%1 ▼%2"))
                             .arg(place)
                             .arg(qAbs(up));
    }
    case Memory: return format::oneLine(hit.text("content"));
    case Final: return fixed(hit, "score");
    case Text: return leg(hit, "text_rank", "text_score");
    case Vector: return leg(hit, "vector_rank", "vector_score");
    case Relevance: return fixed(hit, "relevance");
    case Decay: return fixed(hit, "decay");
    case Importance: return fixed(hit, "importance");
    case Recency: return fixed(hit, "recency");
    case Verdict: return verdict(json);
    default: return {};
    }
}

QVariant MemoryResultsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Json &json = *m_rows[static_cast<std::size_t>(index.row())];
    const Fields hit(json);
    const Fields parts = hit.object("parts");
    switch (role) {
    case Qt::DisplayRole: return display(json, index.row(), index.column());
    case Qt::ToolTipRole:
        return index.column() == Memory  ? QVariant(hit.text("content"))
               : index.column() == Final ? QVariant(formula(json))
                                         : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == Memory || index.column() == Verdict
                   ? QVariant()
                   : QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    case IdRole: return hit.text("id");
    case ContentRole: return hit.text("content");
    case TypeRole: return hit.text("type");
    case ScoreRole: return realOrNothing(hit, "score");
    case TextRankRole: return integerOrNothing(hit, "text_rank");
    case TextScoreRole: return realOrNothing(hit, "text_score");
    case VectorRankRole: return integerOrNothing(hit, "vector_rank");
    case VectorScoreRole: return realOrNothing(hit, "vector_score");
    case RelevancePartRole: return parts.real("relevance", 0);
    case ImportancePartRole: return parts.real("importance", 0);
    case RecencyPartRole: return parts.real("recency", 0);
    case HighestRole: {
        const Fields weights = Fields(*m_data).object("weights");
        double most = 0;
        for (const char *key : {"relevance", "importance", "recency"})
            most += qMax(0.0, weights.real(key, 0));
        return most > 0 ? most : 1.0;
    }
    case StageRole: return stageOf(hit);
    case MovedRole: {
        const auto before = m_before.constFind(hit.text("id"));
        return m_isCompared && before != m_before.constEnd() ? QVariant(*before - index.row())
                                                             : QVariant();
    }
    case FormulaRole: return formula(json);
    default: return {};
    }
}

bool MemoryResultsModel::hasVectors() const
{
    return m_data && Fields(*m_data).object("vector").count("found") > 0;
}

bool MemoryResultsModel::countsRecency() const
{
    return m_data && Fields(*m_data).object("weights").real("recency", 0) != 0;
}

void MemoryResultsModel::setRows(Rows rows)
{
    if (rows == m_shown)
        return;
    beginResetModel();
    m_shown = rows;
    collect();
    endResetModel();
}

void MemoryResultsModel::collect()
{
    m_rows.clear();
    if (!m_data)
        return;
    for (const char *list : {"results", "dropped"}) {
        for (const Json &json : Fields(*m_data).list(list)) {
            const Fields hit(json);
            const bool isShown =
                m_shown == Rows::All || (m_shown == Rows::TextLeg && hit.has("text_rank"))
                || (m_shown == Rows::VectorLeg && hit.has("vector_rank"))
                || (m_shown == Rows::Returned && stageOf(hit) == QLatin1String("returned"));
            if (isShown && json.is_object())
                m_rows.push_back(&json);
        }
    }
}

void MemoryResultsModel::show(std::shared_ptr<const Json> data, const Json *before)
{
    beginResetModel();
    m_data = std::move(data);
    m_before.clear();
    m_isCompared = before != nullptr;
    if (before) {
        int place = 0;
        for (const Json &hit : Fields(*before).list("results"))
            m_before.insert(Fields(hit).text("id"), place++);
    }
    collect();
    endResetModel();
}

} // namespace orrery::ui
