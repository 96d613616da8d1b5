// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/teampanel.h"

#include "ui/theme/theme.h"
#include "ui/widgets/numbers.h"
#include "ui/widgets/statebadge.h"

#include <QAbstractItemModel>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>

namespace orrery::ui {
namespace {

class AgentDelegate : public QStyledItemDelegate
{
public:
    AgentDelegate(TeamPanel::Reader reader, QObject *parent)
        : QStyledItemDelegate(parent), m_read(std::move(reader))
    {}

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const override
    {
        return {200, option.fontMetrics.height() * 4 + 36};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &given,
               const QModelIndex &index) const override
    {
        QStyleOptionViewItem option = given;
        initStyleOption(&option, index);
        const Tokens &t = tokens(option.palette);
        const AgentCard card = m_read(index);
        const bool selected = option.state & QStyle::State_Selected;
        const QRect box = option.rect.adjusted(metric::medium, 4, -metric::medium, -4);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(selected ? t.accent : t.border, selected ? 1.8 : 1));
        painter->setBrush(selected ? t.accentSoft : t.surface);
        painter->drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), metric::radius,
                                 metric::radius);

        const int line = option.fontMetrics.height() + 4;
        QRect row(box.left() + 10, box.top() + 8, box.width() - 20, line);
        drawMonogram(*painter, QRectF(row.left(), row.top() + 2, 34, line * 2 - 6), card.monogram,
                     card.index, option.palette);
        const QFont small = smallFont(option.font);
        QRect text = row.adjusted(44, 0, 0, 0);
        QFont bold = option.font;
        bold.setBold(true);
        painter->setFont(bold);
        painter->setPen(t.text);
        painter->drawText(text, Qt::AlignVCenter,
                          QFontMetrics(bold).elidedText(card.name, Qt::ElideRight, text.width()));
        text.translate(0, line - 2);
        painter->setFont(small);
        painter->setPen(t.muted);
        const QString kind = card.role.isEmpty() || card.role == card.name
                                 ? card.model
                                 : card.role + QStringLiteral(" · ") + card.model;
        painter->drawText(text, Qt::AlignVCenter,
                          QFontMetrics(small).elidedText(kind, Qt::ElideRight, text.width()));

        row.translate(0, line * 2 - 1);
        painter->setFont(small);
        painter->setPen(t.muted);
        const QFontMetrics metrics(small);
        const QString used =
            TeamPanel::tr("iter. %1 · %2 tokens").arg(card.iteration).arg(shortNumber(card.tokens));
        const int usedWidth = metrics.horizontalAdvance(used) + 2;
        painter->setFont(option.font);
        const StateLook look = stateLook(card.state, option.palette);
        const int stateWidth = drawState(*painter, row, look) + 8;
        painter->setFont(small);
        painter->setPen(t.muted);
        QString last = card.activity;
        // What does not fit beside the state goes before what the agent does.
        if (stateWidth + usedWidth <= row.width())
            painter->drawText(row, Qt::AlignVCenter | Qt::AlignRight, used);
        else
            last = last.isEmpty() ? used : used + QStringLiteral(" · ") + last;
        row.translate(0, line);
        QRect left = row;
        if (card.cost) {
            const QString cost = money(card.cost);
            painter->drawText(row, Qt::AlignVCenter | Qt::AlignRight, cost);
            left.setWidth(row.width() - metrics.horizontalAdvance(cost) - 8);
        }
        painter->drawText(left, Qt::AlignVCenter | Qt::AlignLeft,
                          metrics.elidedText(last, Qt::ElideRight, left.width()));
        painter->restore();
    }

private:
    TeamPanel::Reader m_read;
};

} // namespace

TeamPanel::TeamPanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    m_list = new QListView(this);
    m_list->setObjectName(QStringLiteral("teamList"));
    m_list->setAccessibleName(tr("Agents"));
    m_list->setMouseTracking(true);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setResizeMode(QListView::Adjust);
    m_list->installEventFilter(this);
    setContent(m_list, QStringLiteral("team"),
               tr("The agents of a team, what each does and what it has used."), actions);
}

void TeamPanel::setModel(QAbstractItemModel *model, Reader reader)
{
    m_read = std::move(reader);
    m_selected.clear();
    auto *old = m_list->itemDelegate();
    m_list->setItemDelegate(new AgentDelegate(m_read, m_list));
    if (old && old->parent() == m_list)
        old->deleteLater();
    m_list->setModel(model);
    if (!model)
        return;
    // The selection, not the current item: that one moves when the list merely gets the focus.
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const QModelIndexList chosen = m_list->selectionModel()->selectedIndexes();
        const QString name = chosen.isEmpty() ? QString() : m_read(chosen.constFirst()).name;
        if (name == m_selected)
            return;
        m_selected = name;
        emit agentSelected(name);
    });
    connect(model, &QAbstractItemModel::modelReset, this, [this] { m_selected.clear(); });
}

bool TeamPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_list || event->type() != QEvent::KeyPress || !m_list->model())
        return Panel::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    if (key == Qt::Key_Escape && !m_selected.isEmpty()) {
        m_list->clearSelection();
        return true;
    }
    // The list's own keys only select what they move to, never where it already stands.
    const bool selects = key == Qt::Key_Down || key == Qt::Key_Up || key == Qt::Key_Space
                         || key == Qt::Key_Return || key == Qt::Key_Home;
    if (selects && m_selected.isEmpty() && m_list->model()->rowCount() > 0) {
        const QModelIndex current = m_list->currentIndex();
        const QModelIndex target = current.isValid() ? current : m_list->model()->index(0, 0);
        m_list->selectionModel()->setCurrentIndex(target, QItemSelectionModel::ClearAndSelect);
        return true;
    }
    return Panel::eventFilter(watched, event);
}

void TeamPanel::selectAgent(const QString &name)
{
    if (name == m_selected)
        return;
    const QAbstractItemModel *model = m_list->model();
    for (int row = 0; model && row < model->rowCount(); ++row) {
        const QModelIndex index = model->index(row, 0);
        if (m_read(index).name == name) {
            m_list->setCurrentIndex(index);
            return;
        }
    }
    m_list->clearSelection();
}

QString TeamPanel::selectedAgent() const { return m_selected; }

void TeamPanel::focusFilter() { m_list->setFocus(); }

} // namespace orrery::ui
