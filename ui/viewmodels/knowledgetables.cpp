// SPDX-License-Identifier: GPL-3.0-or-later
// The four tables of the knowledge panel; KnowledgeModel fills them.
#include "ui/viewmodels/knowledgetables.h"

#include "ui/format/format.h"
#include "ui/viewmodels/fields.h"

#include <iterator>

namespace orrery::ui {
namespace {

QVariant rightAligned()
{
    return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
}

bool isTitle(int section, Qt::Orientation orientation, int role, int count)
{
    return orientation == Qt::Horizontal && role == Qt::DisplayRole && section >= 0
           && section < count;
}

QString joined(const std::vector<std::string> &texts)
{
    QStringList list;
    for (const std::string &text : texts)
        list << toQString(text);
    return list.join(QStringLiteral(", "));
}

} // namespace

QString inWords(std::string_view name)
{
    return toQString(name).replace(QLatin1Char('_'), QLatin1Char(' '));
}

int KnowledgeEntriesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant KnowledgeEntriesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (!isTitle(section, orientation, role, ColumnCount))
        return {};
    static const char *const names[] = {"Score",   "Title", "Type",  "Conf.",  "Links",
                                        "Sources", "Tags",  "Agent", "Updated"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

QVariant KnowledgeEntriesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const KnowledgeEntryRow &row = this->row(index);
    const knowledge::Entry &entry = *row.entry;
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Score: return row.hit ? QString::number(row.hit->score, 'f', 2) : QString();
        case Title: return format::oneLine(toQString(entry.title));
        case Type: return inWords(toString(entry.type));
        case Confidence: return QString::number(entry.confidence, 'f', 2);
        case Links: return tr("%1 ↗ %2 ↙").arg(row.linksOut).arg(row.linksIn);
        case Sources: return QString::number(entry.sourceDocIds.size());
        case Tags: return format::oneLine(joined(entry.tags));
        case Agent: return toQString(row.origin.agent);
        case Updated: return format::clockTime(entry.updatedMs * 1000);
        default: return {};
        }
    case Qt::ToolTipRole:
        switch (index.column()) {
        case Score:
            return row.hit ? tr("The higher of 1.2 × %1 (title) and %2 (text), at most 1")
                                 .arg(row.hit->titleScore, 0, 'f', 3)
                                 .arg(row.hit->contentScore, 0, 'f', 3)
                           : QVariant();
        case Title:
            return toQString(entry.title) + QLatin1Char('\n')
                   + (entry.summary ? toQString(*entry.summary)
                                    : format::oneLine(toQString(entry.content)));
        case Links:
            return tr("%1, %2").arg(
                format::counted(qint64(row.linksOut), tr("link to another"), tr("links to others")),
                format::counted(qint64(row.linksIn), tr("link from another"),
                                tr("links from others")));
        default: return {};
        }
    case Qt::TextAlignmentRole:
        return index.column() == Score || index.column() == Confidence || index.column() == Links
                       || index.column() == Sources
                   ? rightAligned()
                   : QVariant();
    case IdRole: return toQString(entry.id);
    case SlugRole: return toQString(entry.slug);
    case ScoreRole: return row.hit ? QVariant(row.hit->score) : QVariant();
    case ConfidenceRole: return entry.confidence;
    case ColorIndexRole: return row.origin.colorIndex;
    case SeqRole: return row.origin.seq;
    default: return {};
    }
}

int KnowledgeLinksModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant KnowledgeLinksModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (!isTitle(section, orientation, role, ColumnCount))
        return {};
    static const char *const names[] = {"", "Entry", "Link", "Label"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

QVariant KnowledgeLinksModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const KnowledgeLinkRow &row = this->row(index);
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Direction: return row.isBacklink ? tr("↙ from") : tr("↗ to");
        case Entry: return row.isThere ? row.other : tr("%1 (not there)").arg(row.other);
        case Type: return inWords(toString(row.link->type));
        case Label: return row.link->label ? toQString(*row.link->label) : QString();
        default: return {};
        }
    case EntryIdRole: return toQString(row.otherId);
    case IsThereRole: return row.isThere;
    default: return {};
    }
}

int KnowledgeIssuesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant KnowledgeIssuesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (!isTitle(section, orientation, role, ColumnCount))
        return {};
    static const char *const names[] = {"Severity", "Issue", "Description", "What to do"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

QVariant KnowledgeIssuesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const knowledge::HealthIssue &issue = row(index);
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Severity: return toQString(toString(issue.severity));
        case Type: return inWords(toString(issue.type));
        case Description: return format::oneLine(toQString(issue.description));
        case Action: return toQString(issue.suggestedAction);
        default: return {};
        }
    case EntryIdRole: return toQString(issue.entryId);
    default: return {};
    }
}

int KnowledgeDocumentsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant KnowledgeDocumentsModel::headerData(int section, Qt::Orientation orientation,
                                             int role) const
{
    if (!isTitle(section, orientation, role, ColumnCount))
        return {};
    static const char *const names[] = {"Document", "Type",  "Status", "Bytes",
                                        "Entries",  "Agent", "Updated"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

QVariant KnowledgeDocumentsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const KnowledgeDocumentRow &row = this->row(index);
    const knowledge::Document &document = *row.document;
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Title: return format::oneLine(toQString(document.title));
        case Type: return toQString(toString(document.type));
        case Status: {
            const QString status = toQString(toString(document.status));
            return document.problem.empty()
                       ? status
                       : status + QStringLiteral(": ") + toQString(document.problem);
        }
        case Size: return format::count(row.bytes);
        case Entries: return QString::number(document.entryIds.size());
        case Agent: return toQString(row.origin.agent);
        case Updated: return format::clockTime(document.updatedMs * 1000);
        default: return {};
        }
    case Qt::TextAlignmentRole:
        return index.column() == Size || index.column() == Entries ? rightAligned() : QVariant();
    case IdRole: return toQString(document.id);
    case StatusRole: return static_cast<int>(document.status);
    case ColorIndexRole: return row.origin.colorIndex;
    case SeqRole: return row.origin.seq;
    default: return {};
    }
}

} // namespace orrery::ui
