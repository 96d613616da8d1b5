// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/conversationpanel.h"

#include "ui/format/foreign.h"
#include "ui/theme/theme.h"
#include "ui/widgets/cardlist.h"
#include "ui/widgets/plaintip.h"
#include "ui/widgets/plainlabel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFrame>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace orrery::ui {

ConversationPanel::ConversationPanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    auto *content = new QWidget;
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *bar = new QFrame(content);
    bar->setProperty("title", true);
    auto *top = new QHBoxLayout(bar);
    top->setContentsMargins(0, 0, metric::medium, 0);
    m_heading = new PlainLabel(bar);
    m_everybody = new QPushButton(tr("Show all agents"), bar);
    m_everybody->setProperty("link", true);
    top->addWidget(m_heading);
    top->addStretch();
    top->addWidget(m_everybody);
    column->addWidget(bar);
    connect(m_everybody, &QPushButton::clicked, this, &ConversationPanel::everybodyRequested);
    setHeading({});
    m_list = new CardList(content);
    m_list->setObjectName(QStringLiteral("conversationList"));
    m_list->setAccessibleName(tr("Messages and tool calls"));
    m_list->setMinimumHeight(32); // a request that waits comes first
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_list->installEventFilter(this);
    column->addWidget(m_list, 1);

    auto *copy = new QAction(tr("Copy text"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &ConversationPanel::copyCurrent);
    auto *fold = new QAction(tr("Fold or unfold"), this);
    connect(fold, &QAction::triggered, this, &ConversationPanel::toggleCurrent);
    auto *event = new QAction(tr("Go to event"), this);
    connect(event, &QAction::triggered, this, [this] {
        if (m_list->currentIndex().isValid())
            emit eventRequested(m_list->currentIndex());
    });
    m_list->addActions({copy, fold, event});
    connect(m_list, &QAbstractItemView::doubleClicked, this, &ConversationPanel::toggleCurrent);

    m_approval = new ApprovalCard(content);
    column->addWidget(m_approval);
    connect(m_approval, &ApprovalCard::left, this, &ConversationPanel::focusFilter);

    auto *row = new QHBoxLayout;
    row->setContentsMargins(metric::medium, 6, metric::medium, 6);
    row->setSpacing(metric::medium);
    m_message = new QLineEdit(content);
    m_message->setObjectName(QStringLiteral("messageBox"));
    m_send = new QPushButton(tr("&Send"), content);
    m_send->setAccessibleName(tr("Send the message"));
    row->addWidget(m_message, 1);
    m_interrupt = new QPushButton(tr("&Interrupt"), content);
    m_interrupt->setObjectName(QStringLiteral("interruptButton"));
    m_interrupt->setAccessibleName(tr("Interrupt the agent with the message"));
    setTip(m_interrupt, tr("The agent drops what it does and starts anew with this message "
                           "(Ctrl+Return).\nSend lets it finish its current call first."));
    row->addWidget(m_send);
    row->addWidget(m_interrupt);
    column->addLayout(row);
    m_message->installEventFilter(this);
    connect(m_message, &QLineEdit::returnPressed, this, [this] { send(false); });
    connect(m_send, &QPushButton::clicked, this, [this] { send(false); });
    connect(m_interrupt, &QPushButton::clicked, this, [this] { send(true); });
    setRecipientBusy(false);
    setRecipient({}, false);
    setContent(content, QStringLiteral("message"),
               tr("What an agent was told, said and did, message by message."), actions);
}

void ConversationPanel::setModel(QAbstractItemModel *model, CardDelegate::Reader reader)
{
    auto *cards = new CardDelegate(std::move(reader), m_list);
    m_list->setItemDelegate(cards);
    delete m_cards;
    m_cards = cards;
    m_list->setModel(model);
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const QModelIndexList chosen = m_list->selectionModel()->selectedIndexes();
        if (!chosen.isEmpty())
            emit cardChosen(chosen.constFirst());
    });
}

void ConversationPanel::setRecipient(const QString &agent, bool enabled)
{
    const QString text = agent.isEmpty() ? tr("Select an agent to talk to it")
                                         : tr("Message to %1…").arg(format::name(agent));
    m_message->setPlaceholderText(text);
    m_message->setAccessibleName(text);
    m_message->setEnabled(enabled);
    m_send->setEnabled(enabled);
}

void ConversationPanel::setHeading(const QString &agent)
{
    m_heading->setText(agent.isEmpty() ? tr("Conversation: all agents")
                                       : tr("Conversation: %1").arg(format::name(agent)));
    m_everybody->setVisible(!agent.isEmpty());
}

void ConversationPanel::setRecipientBusy(bool busy) { m_interrupt->setVisible(busy); }

void ConversationPanel::send(bool interrupt)
{
    const QString text = m_message->text().trimmed();
    if (text.isEmpty() || !m_message->isEnabled())
        return;
    m_message->clear();
    emit messageSent(text, interrupt);
}

void ConversationPanel::copyCurrent()
{
    if (m_cards && m_list->currentIndex().isValid())
        QApplication::clipboard()->setText(m_cards->plainText(m_list->currentIndex()));
}

void ConversationPanel::toggleCurrent()
{
    if (m_cards && m_list->currentIndex().isValid())
        m_cards->toggle(m_list->currentIndex());
}

void ConversationPanel::showCard(int row)
{
    const QModelIndex index = m_list->model()->index(row, 0);
    m_list->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
    m_list->scrollTo(index);
}

bool ConversationPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_message && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const bool isReturn = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        if (isReturn && key->modifiers().testFlag(Qt::ControlModifier)
            && m_interrupt->isVisibleTo(this)) {
            send(true);
            return true;
        }
    }
    if (watched == m_list && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Space || key->key() == Qt::Key_Return) {
            toggleCurrent();
            return true;
        }
        // A letter more than a request wanted would jump to a card that begins with it.
        if (!key->text().isEmpty() && key->text().front().isPrint()) {
            event->ignore();
            return true;
        }
        // The list's own keys start where it put its current row when it got the focus: at the top.
        const QAbstractItemModel *model = m_list->model();
        const bool fresh = !m_list->selectionModel()->hasSelection();
        const bool moves = key->key() == Qt::Key_Up || key->key() == Qt::Key_Down
                           || key->key() == Qt::Key_PageUp || key->key() == Qt::Key_PageDown;
        if (model->rowCount() > 0
            && (key->key() == Qt::Key_Home || key->key() == Qt::Key_End || (fresh && moves))) {
            showCard(key->key() == Qt::Key_Home ? 0 : model->rowCount() - 1);
            return true;
        }
    }
    return Panel::eventFilter(watched, event);
}

void ConversationPanel::focusFilter() { m_list->setFocus(); }

} // namespace orrery::ui
