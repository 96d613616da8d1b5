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

constexpr int leastLines = 2; ///< that stay when there is little room
constexpr int mostLines = 10;
constexpr int narrow = 520; ///< below it the row of buttons becomes two

PlainLabel *ours(const QString &text, QWidget *parent)
{
    auto *label = new PlainLabel(text, parent);
    label->setProperty("muted", true);
    return label;
}

/// A box for the words of somebody else.
ElidedLabel *theirs(const QString &name, bool isCode, int least, QWidget *parent)
{
    auto *label = new ElidedLabel(least, parent);
    label->setObjectName(name);
    label->setProperty("quoted", true);
    QFont font = isCode ? monospaceFont(label->font()) : label->font();
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    return label;
}

/// One line of ours, which is cut off where there is no room.
ElidedLabel *line(const QFont &font, const char *look, QWidget *parent)
{
    auto *label = new ElidedLabel(0, parent);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    label->setFont(font);
    label->setProperty(look, true);
    return label;
}

QPlainTextEdit *code(const QString &name, const QFont &font, QWidget *parent)
{
    auto *box = new QPlainTextEdit(parent);
    box->setObjectName(name);
    box->setReadOnly(true);
    box->setTabChangesFocus(true);
    box->setFont(font);
    QTextOption option = box->document()->defaultTextOption();
    option.setTextDirection(Qt::LeftToRight);
    box->document()->setDefaultTextOption(option);
    box->setWordWrapMode(QTextOption::WrapAnywhere);
    return box;
}

/// How many lines its text takes as wide as it is.
int linesOf(const QPlainTextEdit &box)
{
    const int one = qMax(1, QFontMetrics(box.font()).horizontalAdvance(QLatin1Char('0')));
    const int columns = qMax(1, (box.viewport()->width() - 8) / one);
    int lines = 0;
    for (QTextBlock block = box.document()->begin(); block.isValid(); block = block.next())
        lines += qMax(1, (block.length() - 1 + columns - 1) / columns);
    return lines;
}

/// As high as its text, within bounds; beyond them it scrolls.
void fit(QPlainTextEdit *box, int lines, int most)
{
    const auto heightOf = [&](int shown) {
        return shown * QFontMetrics(box->font()).lineSpacing() + 18;
    };
    box->setMinimumHeight(heightOf(qMin(lines, qMin(most, leastLines))));
    box->setMaximumHeight(heightOf(qMin(lines, most)));
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
    m_agent = theirs(QStringLiteral("approvalAgent"), false, 100, this);
    m_tool = theirs(QStringLiteral("approvalTool"), true, 80, this);
    m_folder = theirs(QStringLiteral("approvalFolder"), true, 120, this);
    m_in = ours(tr("in"), this);
    m_others = ours({}, this);
    m_others->setObjectName(QStringLiteral("approvalOthers"));
    row->addWidget(m_agent);
    row->addWidget(ours(tr("wants to run"), this));
    row->addWidget(m_tool);
    row->addStretch();
    row->addWidget(m_others);
    column->addLayout(row);
    auto *place = new QHBoxLayout;
    place->setSpacing(6);
    place->addWidget(m_in);
    place->addWidget(m_folder);
    place->addStretch();
    m_size = ours({}, this);
    m_size->setObjectName(QStringLiteral("approvalSize"));
    place->addWidget(m_size);
    column->addLayout(place);
    m_reason = line(smallFont(font()), "muted", this);
    column->addWidget(m_reason);
}

void ApprovalCard::makeBody(QBoxLayout *column)
{
    m_unseen = line(font(), "danger", this);
    m_unseen->setObjectName(QStringLiteral("approvalUnseen"));
    column->addWidget(m_unseen);
    m_body = code(QStringLiteral("approvalBody"), monospaceFont(font()), this);
    column->addWidget(m_body);
    m_also = code(QStringLiteral("approvalAlso"), monospaceFont(smallFont(font())), this);
    m_also->setAccessibleName(tr("Other arguments of the call"));
    column->addWidget(m_also);
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
    m_buttons = row;
    m_below = new QHBoxLayout;
    column->addLayout(row);
    column->addLayout(m_below);
    placeNote();
    connect(m_approve, &QPushButton::clicked, this, &ApprovalCard::approve);
    connect(m_deny, &QPushButton::clicked, this, &ApprovalCard::deny);
    connect(m_edit, &QPushButton::clicked, this, &ApprovalCard::edit);
}

/// Beside the buttons, or below them when it would be too short there.
void ApprovalCard::placeNote()
{
    QBoxLayout *row = width() < narrow ? m_below : m_buttons;
    if (row->indexOf(m_note) >= 0)
        return;
    (row == m_below ? m_buttons : m_below)->removeWidget(m_note);
    if (row == m_below)
        m_buttons->addStretch();
    else if (QLayoutItem *stretch = m_buttons->itemAt(m_buttons->count() - 1);
             stretch && stretch->spacerItem())
        delete m_buttons->takeAt(m_buttons->count() - 1);
    row->addWidget(m_note, 1);
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
    m_reason->setWhole(format::name(m_shown.reason, 400));
    m_reason->setVisible(!m_shown.reason.isEmpty());

    const bool isCommand = !m_shown.command.isNull();
    const auto body = format::withMarks(isCommand ? m_shown.command : m_shown.arguments);
    const auto also = format::withMarks(m_shown.otherArguments);
    m_marks = body.marks;
    m_body->setReadOnly(true);
    m_body->setPlainText(body.text);
    m_body->setAccessibleName(isCommand ? tr("The command") : tr("Arguments of the call"));
    m_also->setPlainText(also.text);
    m_also->setVisible(!also.text.isEmpty());
    const auto unseen = body.marks.size() + also.marks.size();
    m_unseen->setWhole(unseen == 1 ? tr("1 unseen character is written out")
                                   : tr("%1 unseen characters are written out").arg(unseen));
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

void ApprovalCard::fitBody()
{
    const int lines = linesOf(*m_body);
    fit(m_body, lines, mostLines);
    fit(m_also, linesOf(*m_also), leastLines);
    m_size->setText(lines > leastLines ? tr("%1 lines").arg(lines) : QString());
    m_size->setVisible(lines > leastLines);
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
    m_also->setVisible(m_editsCommand && !m_shown.otherArguments.isEmpty());
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
    if (event->size().width() != event->oldSize().width()) {
        placeNote();
        fitBody();
    }
    look();
}

void ApprovalCard::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_body)
        markUnseen();
}

} // namespace orrery::ui
