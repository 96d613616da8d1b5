// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/approvalcard.h"

#include "ui/theme/theme.h"

#include <QApplication>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace orrery::ui {

ApprovalCard::ApprovalCard(QWidget *parent) : QFrame(parent)
{
    setObjectName(QStringLiteral("approvalCard"));
    setProperty("bar", "warning");
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Approval request"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(metric::large, metric::medium, metric::large, metric::medium);
    column->setSpacing(6);
    auto *top = new QHBoxLayout;
    m_title = new QLabel(this);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setWordWrap(true);
    top->addWidget(m_title, 1);
    m_others = new QLabel(this);
    m_others->setProperty("muted", true);
    top->addWidget(m_others);
    column->addLayout(top);

    m_arguments = new QPlainTextEdit(this);
    m_arguments->setReadOnly(true);
    m_arguments->setTabChangesFocus(true);
    m_arguments->setAccessibleName(tr("Arguments of the call"));
    m_arguments->setFont(monospaceFont(font()));
    m_arguments->setMaximumHeight(84);
    column->addWidget(m_arguments);

    auto *row = new QHBoxLayout;
    row->setSpacing(metric::medium);
    m_approve = new QPushButton(tr("&Approve (A)"), this);
    m_approve->setProperty("primary", true);
    m_deny = new QPushButton(tr("&Deny (D)"), this);
    m_edit = new QPushButton(tr("&Edit (E)"), this);
    m_wholeRun = new QCheckBox(tr("for this &run"), this);
    m_wholeRun->setToolTip(tr("Approve this tool for the rest of the run without asking again"));
    m_wholeRun->setAccessibleName(tr("Approve this tool for the rest of the run"));
    m_note = new QLineEdit(this);
    m_note->setPlaceholderText(tr("Note for a denial"));
    m_note->setAccessibleName(tr("Note for a denial"));
    for (QPushButton *button : {m_approve, m_deny, m_edit}) {
        button->setAccessibleName(QString(button->text()).remove(QLatin1Char('&')));
        row->addWidget(button);
    }
    row->addWidget(m_wholeRun);
    row->addWidget(m_note, 1);
    column->addLayout(row);
    connect(m_approve, &QPushButton::clicked, this, &ApprovalCard::approve);
    connect(m_deny, &QPushButton::clicked, this, &ApprovalCard::deny);
    connect(m_edit, &QPushButton::clicked, this, &ApprovalCard::edit);
    hide();
}

void ApprovalCard::showRequest(const QString &call, const QString &agent, const QString &tool,
                               const QString &reason, const QString &argumentsJson, int others)
{
    m_others->setText(others > 0 ? tr("%1 more waiting").arg(others) : QString());
    if (m_call == call)
        return;
    m_call = call;
    QString title = tr("%1 wants to run %2.").arg(agent, tool);
    if (!reason.isEmpty())
        title += QLatin1Char(' ') + reason;
    m_title->setText(title);
    setAccessibleDescription(title);
    m_arguments->setPlainText(argumentsJson);
    m_arguments->setReadOnly(true);
    m_edit->setText(tr("&Edit (E)"));
    m_note->clear();
    m_wholeRun->setChecked(false);
    show();
}

void ApprovalCard::clear()
{
    m_call.clear();
    const QWidget *focus = QApplication::focusWidget();
    const bool hadFocus = focus && (focus == this || isAncestorOf(focus));
    hide();
    if (hadFocus)
        emit left();
}

void ApprovalCard::approve()
{
    if (!m_arguments->isReadOnly())
        emit edited(m_call, m_arguments->toPlainText());
    else
        emit approved(m_call, m_wholeRun->isChecked());
}

void ApprovalCard::deny() { emit denied(m_call, m_note->text()); }

void ApprovalCard::edit()
{
    if (!m_arguments->isReadOnly()) {
        emit edited(m_call, m_arguments->toPlainText());
        return;
    }
    m_arguments->setReadOnly(false);
    m_arguments->setFocus();
    m_edit->setText(tr("Run &edited"));
}

void ApprovalCard::keyPressEvent(QKeyEvent *event)
{
    if (event->modifiers() == Qt::NoModifier && !m_call.isEmpty()) {
        switch (event->key()) {
        case Qt::Key_A: approve(); return;
        case Qt::Key_D: deny(); return;
        case Qt::Key_E: edit(); return;
        default: break;
        }
    }
    QFrame::keyPressEvent(event);
}

} // namespace orrery::ui
