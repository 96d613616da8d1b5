// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/decisionspanel.h"

#include "ui/theme/theme.h"
#include "ui/widgets/treetools.h"
#include "ui/widgets/plainlabel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QMenu>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace orrery::ui {
namespace {

constexpr int largeGraph = 150;

QAction *toggle(QWidget *owner, const QString &text, const QString &tip, Qt::Key key)
{
    auto *action = new QAction(text, owner);
    action->setCheckable(true);
    action->setToolTip(
        QStringLiteral("%1 (%2)").arg(tip, QKeySequence(key).toString(QKeySequence::NativeText)));
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    owner->addAction(action);
    return action;
}

QToolButton *buttonFor(QAction *action, QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setProperty("flat", true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(action->text());
    return button;
}

} // namespace

DecisionsPanel::DecisionsPanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    setMinimumSize(200, 120); // its parts together would keep the window from being small
    m_onlyPath =
        toggle(this, tr("Only its path"),
               tr("Show only what leads to the chosen node and follows from it"), Qt::Key_P);
    m_hide =
        toggle(this, tr("Hide rejected"), tr("Hide what was rejected or superseded"), Qt::Key_X);
    auto *split = m_split = new QSplitter(Qt::Vertical);
    split->setChildrenCollapsible(false);
    split->setHandleWidth(1);
    m_tabs = new QTabWidget(split);
    m_tabs->setAccessibleName(tr("Views of the decisions"));
    m_map = new DecisionMap(m_tabs);
    m_outline = new QTreeView(m_tabs);
    m_outline->setObjectName(QStringLiteral("decisionsOutline"));
    prepareTree(m_outline, tr("Outline of the decisions"));
    m_tabs->addTab(m_map, tr("Graph"));
    m_tabs->addTab(m_outline, tr("Outline"));
    m_tabs->setCornerWidget(makeTools(), Qt::TopRightCorner);
    split->addWidget(m_tabs);
    split->addWidget(makeDetails());
    split->setStretchFactor(0, 4);
    split->setStretchFactor(1, 1);
    split->setSizes({400, 110});

    connect(m_tabs, &QTabWidget::tabBarClicked, this, [this] { m_viewIsChosen = true; });
    connect(m_map, &DecisionMap::selectionChanged, this, &DecisionsPanel::nodeChosen);
    connect(m_map, &DecisionMap::activated, this, &DecisionsPanel::nodeActivated);
    connect(m_onlyPath, &QAction::toggled, this, &DecisionsPanel::viewChanged);
    connect(m_hide, &QAction::toggled, this, &DecisionsPanel::viewChanged);
    setDetails({}, {}, {});
    setContent(split, QStringLiteral("decisions"),
               tr("What the team set out to do, what it decided and why, and what came of it."),
               actions);
}

QWidget *DecisionsPanel::makeTools()
{
    auto *tools = new QWidget;
    auto *row = new QHBoxLayout(tools);
    row->setContentsMargins(0, 0, metric::small, 0);
    row->setSpacing(2);
    row->addWidget(buttonFor(m_onlyPath, tools));
    row->addWidget(buttonFor(m_hide, tools));
    auto *menu = new QMenu(tools);
    const auto add = [&](const QString &text, Export format) {
        connect(menu->addAction(text), &QAction::triggered, this,
                [this, format] { emit exportRequested(format); });
    };
    add(tr("Mermaid…"), Export::Mermaid);
    add(tr("SVG…"), Export::Svg);
    add(tr("JSON…"), Export::Json);
    auto *button = new QToolButton(tools);
    button->setText(tr("Export ▾"));
    button->setAccessibleName(tr("Export the decisions"));
    button->setMenu(menu);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setProperty("flat", true);
    button->setFocusPolicy(Qt::StrongFocus);
    row->addWidget(button);
    return tools;
}

QWidget *DecisionsPanel::makeDetails()
{
    auto *page = new QWidget;
    auto *column = new QVBoxLayout(page);
    column->setContentsMargins(metric::medium, metric::small, metric::medium, metric::small);
    column->setSpacing(2);
    m_label = new ProseLabel(page);
    m_label->setObjectName(QStringLiteral("decisionLabel"));
    QFont bold = m_label->font();
    bold.setWeight(QFont::DemiBold);
    m_label->setFont(bold);
    m_facts = new ProseLabel(page);
    m_facts->setProperty("muted", true);
    m_body = new ProseLabel(page);
    m_body->setObjectName(QStringLiteral("decisionBody"));
    column->addWidget(m_label);
    column->addWidget(m_facts);
    column->addWidget(m_body);
    column->addStretch();
    m_details = new QScrollArea;
    m_details->setWidgetResizable(true);
    m_details->setProperty("framed", true);
    m_details->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_details->setWidget(page);
    m_details->setMinimumHeight(64);
    m_details->setAccessibleName(tr("The chosen node"));
    return m_details;
}

void DecisionsPanel::setModel(QAbstractItemModel *model, int idRole)
{
    m_idRole = idRole;
    m_outline->setModel(model);
    connect(m_outline->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &index) {
                if (index.isValid() && !m_showing)
                    emit nodeChosen(index.data(m_idRole).toString());
            });
    connect(m_outline, &QTreeView::activated, this, [this](const QModelIndex &index) {
        emit nodeActivated(index.data(m_idRole).toString());
    });
    // A tree that grows stays open; what the person folds is folded until the next change of its shape.
    connect(model, &QAbstractItemModel::modelReset, m_outline, &QTreeView::expandAll);
    connect(model, &QAbstractItemModel::rowsInserted, m_outline,
            [this](const QModelIndex &parent) { m_outline->expand(parent); });
}

void DecisionsPanel::showNode(const QString &id, const QModelIndex &row)
{
    m_map->select(id);
    m_showing = true;
    if (row.isValid() && m_outline->currentIndex().siblingAtColumn(0) != row)
        m_outline->setCurrentIndex(row);
    else if (!row.isValid())
        m_outline->setCurrentIndex({});
    m_showing = false;
    m_onlyPath->setEnabled(!id.isEmpty() || m_onlyPath->isChecked());
}

void DecisionsPanel::setDetails(const QString &label, const QString &facts, const QString &body)
{
    const bool any = !facts.isEmpty();
    m_label->setText(any ? label : tr("No node chosen"));
    m_facts->setText(any ? facts : tr("Choose a node to read why. Enter leads to its event."));
    m_body->setText(body);
    m_body->setVisible(!body.isEmpty());
}

void DecisionsPanel::setNodeCount(int count)
{
    if (!m_viewIsChosen)
        m_tabs->setCurrentWidget(count > largeGraph ? static_cast<QWidget *>(m_outline) : m_map);
}

bool DecisionsPanel::hidesTurnedDown() const { return m_hide->isChecked(); }

bool DecisionsPanel::showsOnlyPath() const { return m_onlyPath->isChecked(); }

void DecisionsPanel::focusFilter() { m_tabs->currentWidget()->setFocus(); }

void DecisionsPanel::resizeEvent(QResizeEvent *event)
{
    Panel::resizeEvent(event);
    // Where there is more width than height, the node is told beside the graph.
    const auto direction = width() > height() * 3 / 2 ? Qt::Horizontal : Qt::Vertical;
    if (m_split->orientation() == direction)
        return;
    m_split->setOrientation(direction);
    const int length = direction == Qt::Horizontal ? width() : height();
    m_split->setSizes({length * 65 / 100, length * 35 / 100});
}

} // namespace orrery::ui
