// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/approvalcard.h"

#include "ui/format/foreign.h"
#include "ui/format/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/elidedlabel.h"
#include "ui/widgets/plainlabel.h"
#include "ui/widgets/plaintip.h"

#include <QApplication>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTextBlock>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr int leastLines = 2;
constexpr int mostLines = 10;

PlainLabel *ours(const QString &text, QWidget *parent)
{
    auto *label = new PlainLabel(text, parent);
    label->setProperty("muted", true);
    return label;
}

/// A box for the words of somebody else.
ElidedLabel *theirs(const QString &name, bool isCode, QWidget *parent)
{
    auto *label = new ElidedLabel(parent);
    label->setObjectName(name);
    label->setProperty("quoted", true);
    QFont font = isCode ? monospaceFont(label->font()) : label->font();
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    return label;
}

} // namespace

ApprovalCard::ApprovalCard(QWidget *parent, Later later) : QFrame(parent), m_later(std::move(later))
{
    if (!m_later)
        m_later = [this](int ms, std::function<void()> then) {
            QTimer::singleShot(ms, this, std::move(then));
        };
    setObjectName(QStringLiteral("approvalCard"));
    setProperty("bar", "warning");
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Approval request"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(metric::large, metric::medium, metric::large, metric::medium);
    column->setSpacing(6);
    makeHead(column);
    makeBody(column);
    makeButtons(column);
    hide();
}

void ApprovalCard::makeHead(QBoxLayout *column)
{
    auto *row = new QHBoxLayout;
    row->setSpacing(6);
    m_agent = theirs(QStringLiteral("approvalAgent"), false, this);
    m_tool = theirs(QStringLiteral("approvalTool"), true, this);
    m_folder = theirs(QStringLiteral("approvalFolder"), true, this);
    m_in = ours(tr("in"), this);
    m_others = ours({}, this);
    m_others->setObjectName(QStringLiteral("approvalOthers"));
    row->addWidget(m_agent);
    row->addWidget(ours(tr("wants to run"), this));
    row->addWidget(m_tool);
    row->addWidget(m_in);
    row->addWidget(m_folder);
    row->addStretch();
    row->addWidget(m_others);
    column->addLayout(row);
    auto *reason = new ProseLabel(this);
    reason->setProperty("muted", true);
    reason->setFont(smallFont(font()));
    m_reason = reason;
    column->addWidget(m_reason);
}

void ApprovalCard::makeBody(QBoxLayout *column)
{
    auto *unseen = new ProseLabel(this);
    unseen->setObjectName(QStringLiteral("approvalUnseen"));
    unseen->setProperty("danger", true);
    m_unseen = unseen;
    column->addWidget(m_unseen);
    m_body = new QPlainTextEdit(this);
    m_body->setObjectName(QStringLiteral("approvalBody"));
    m_body->setReadOnly(true);
    m_body->setTabChangesFocus(true);
    m_body->setFont(monospaceFont(font()));
    QTextOption option = m_body->document()->defaultTextOption();
    option.setTextDirection(Qt::LeftToRight);
    m_body->document()->setDefaultTextOption(option);
    m_body->setWordWrapMode(QTextOption::WrapAnywhere);
    column->addWidget(m_body);
    auto *also = new ProseLabel(this);
    also->setObjectName(QStringLiteral("approvalAlso"));
    also->setFont(monospaceFont(smallFont(font())));
    m_also = also;
    m_size = ours({}, this);
    m_size->setFont(smallFont(font()));
    auto *row = new QHBoxLayout;
    row->addWidget(m_also, 1);
    row->addWidget(m_size, 0, Qt::AlignRight | Qt::AlignTop);
    column->addLayout(row);
}

void ApprovalCard::makeButtons(QBoxLayout *column)
{
    auto *row = new QHBoxLayout;
    row->setSpacing(metric::medium);
    m_approve = new QPushButton(tr("&Approve (A)"), this);
    m_approve->setProperty("primary", true);
    m_deny = new QPushButton(tr("&Deny (D)"), this);
    m_edit = new QPushButton(tr("&Edit (E)"), this);
    m_wholeRun = new QCheckBox(tr("for this &run"), this);
    setTip(m_wholeRun, tr("Approve this tool for the rest of the run without asking again"));
    m_wholeRun->setAccessibleName(tr("Approve this tool for the rest of the run"));
    m_note = new QLineEdit(this);
    m_note->setPlaceholderText(tr("Note for a denial"));
    m_note->setAccessibleName(tr("Note for a denial"));
    for (QPushButton *button : {m_approve, m_deny, m_edit}) {
        button->setAccessibleName(QString(button->text()).remove(QLatin1Char('&')));
        button->setEnabled(false);
        row->addWidget(button);
    }
    row->addWidget(m_wholeRun);
    row->addWidget(m_note, 1);
    column->addLayout(row);
    connect(m_approve, &QPushButton::clicked, this, &ApprovalCard::approve);
    connect(m_deny, &QPushButton::clicked, this, &ApprovalCard::deny);
    connect(m_edit, &QPushButton::clicked, this, &ApprovalCard::edit);
}

void ApprovalCard::showRequests(const QList<ApprovalRequest> &waiting)
{
    if (waiting.isEmpty()) {
        m_shown = {};
        setCanBeAnswered(false);
        const QWidget *focus = QApplication::focusWidget();
        const bool hadFocus = isVisible() && focus && (focus == this || isAncestorOf(focus));
        hide();
        if (hadFocus)
            emit left();
        return;
    }
    const auto count = waiting.size() - 1;
    m_others->setText(count > 0 ? tr("%1 more waiting").arg(count) : QString());
    const auto same = std::find_if(waiting.begin(), waiting.end(), [this](const auto &request) {
        return request.id == m_shown.id;
    });
    const ApprovalRequest &next = same == waiting.end() ? waiting.constFirst() : *same;
    if (next == m_shown)
        return;
    m_shown = next;
    fill();
    if (isHidden())
        show(); // which looks
    else
        look();
}

void ApprovalCard::fill()
{
    m_agent->setWhole(format::name(m_shown.agent));
    m_tool->setWhole(format::name(m_shown.tool));
    m_folder->setWhole(format::name(m_shown.folder, 400));
    m_in->setVisible(!m_shown.folder.isEmpty());
    m_folder->setVisible(!m_shown.folder.isEmpty());
    m_reason->setText(format::name(m_shown.reason, 400));
    m_reason->setVisible(!m_shown.reason.isEmpty());

    const bool isCommand = !m_shown.command.isNull();
    const auto body = format::withMarks(isCommand ? m_shown.command : m_shown.arguments);
    const auto also = format::withMarks(m_shown.otherArguments);
    m_marks = body.marks;
    m_body->setReadOnly(true);
    m_body->setPlainText(body.text);
    m_body->setAccessibleName(isCommand ? tr("The command") : tr("Arguments of the call"));
    m_also->setText(also.text);
    m_also->setVisible(!also.text.isEmpty());
    const auto unseen = body.marks.size() + also.marks.size();
    m_unseen->setText(
        unseen == 1 ? tr("1 character in it cannot be seen; it is written out.")
                    : tr("%1 characters in it cannot be seen; they are written out.").arg(unseen));
    m_unseen->setVisible(unseen > 0);
    markUnseen();
    fitBody();
    m_edit->setText(tr("&Edit (E)"));
    m_note->clear();
    m_wholeRun->setChecked(false);
    setAccessibleDescription(
        tr("%1 wants to run %2 in %3").arg(m_agent->whole(), m_tool->whole(), m_folder->whole()));
}

void ApprovalCard::markUnseen()
{
    QTextCharFormat look;
    look.setBackground(tokens(palette()).error);
    look.setForeground(tokens(palette()).surface);
    QList<QTextEdit::ExtraSelection> selections;
    for (const auto &[at, length] : std::as_const(m_marks)) {
        QTextEdit::ExtraSelection mark;
        mark.format = look;
        mark.cursor = QTextCursor(m_body->document());
        mark.cursor.setPosition(int(at));
        mark.cursor.setPosition(int(at + length), QTextCursor::KeepAnchor);
        selections << mark;
    }
    m_body->setExtraSelections(selections);
}

/// As high as the text, within bounds; beyond them it scrolls, and says so.
void ApprovalCard::fitBody()
{
    const QFontMetrics metrics(m_body->font());
    const int columns = qMax(1, (m_body->viewport()->width() - 8)
                                    / qMax(1, metrics.horizontalAdvance(QLatin1Char('0'))));
    int lines = 0;
    for (QTextBlock block = m_body->document()->begin(); block.isValid(); block = block.next())
        lines += qMax(1, (block.length() - 1 + columns - 1) / columns);
    m_body->setFixedHeight(qBound(leastLines, lines, mostLines) * metrics.lineSpacing() + 18);
    m_size->setText(lines > mostLines ? tr("%1 lines: scroll to read all").arg(lines) : QString());
    m_size->setVisible(lines > mostLines);
}

void ApprovalCard::look()
{
    setCanBeAnswered(false);
    const int sight = ++m_sight;
    if (m_shown.id.isEmpty() || !isVisible())
        return;
    m_later(sightMs, [this, sight] {
        if (sight == m_sight && isVisible())
            setCanBeAnswered(true);
    });
}

void ApprovalCard::setCanBeAnswered(bool can)
{
    m_canBeAnswered = can;
    // A button that is disabled would pass the focus on to who knows whom.
    for (QPushButton *button : {m_approve, m_deny, m_edit}) {
        if (!can && button->hasFocus())
            setFocus();
        button->setEnabled(can);
    }
}

void ApprovalCard::approve()
{
    if (!m_canBeAnswered)
        return;
    if (!m_body->isReadOnly()) {
        sendEdited();
        return;
    }
    setCanBeAnswered(false); // once; the event tells what came of it
    emit approved(m_shown.id, m_wholeRun->isChecked());
}

void ApprovalCard::deny()
{
    if (!m_canBeAnswered)
        return;
    setCanBeAnswered(false);
    emit denied(m_shown.id, m_note->text());
}

void ApprovalCard::edit()
{
    if (!m_canBeAnswered)
        return;
    if (!m_body->isReadOnly()) {
        sendEdited();
        return;
    }
    // What cannot be seen is edited as JSON writes it.
    m_editsCommand = !m_shown.command.isNull() && m_marks.isEmpty();
    m_marks.clear();
    m_body->setPlainText(m_editsCommand ? m_shown.command : format::visibleJson(m_shown.arguments));
    markUnseen();
    fitBody();
    m_also->setVisible(m_editsCommand && !m_also->text().isEmpty());
    m_body->setReadOnly(false);
    m_body->setFocus();
    m_edit->setText(tr("Run &edited"));
}

void ApprovalCard::sendEdited()
{
    QString json = m_body->toPlainText();
    if (m_editsCommand) {
        QJsonObject arguments = QJsonDocument::fromJson(m_shown.arguments.toUtf8()).object();
        arguments.insert(QStringLiteral("command"), json);
        json = QString::fromUtf8(QJsonDocument(arguments).toJson(QJsonDocument::Compact));
    }
    emit edited(m_shown.id, json);
}

void ApprovalCard::keyPressEvent(QKeyEvent *event)
{
    const bool isAnswer =
        event->key() == Qt::Key_A || event->key() == Qt::Key_D || event->key() == Qt::Key_E;
    if (event->modifiers() != Qt::NoModifier || m_shown.id.isEmpty() || !isAnswer) {
        QFrame::keyPressEvent(event);
        return;
    }
    if (event->isAutoRepeat()) // a key that is held answers one request, not all of them
        return;
    if (event->key() == Qt::Key_A)
        approve();
    else if (event->key() == Qt::Key_D)
        deny();
    else
        edit();
}

void ApprovalCard::showEvent(QShowEvent *event)
{
    QFrame::showEvent(event);
    look();
}

void ApprovalCard::hideEvent(QHideEvent *event)
{
    QFrame::hideEvent(event);
    look();
}

void ApprovalCard::moveEvent(QMoveEvent *event)
{
    QFrame::moveEvent(event);
    look();
}

void ApprovalCard::resizeEvent(QResizeEvent *event)
{
    QFrame::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        fitBody();
    look();
}

void ApprovalCard::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_body)
        markUnseen();
}

} // namespace orrery::ui
