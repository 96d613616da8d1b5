// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/question.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plainlabel.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace orrery::ui {

Question::Question(const QString &text, const QString &more, const QString &yes, const QString &no,
                   QWidget *parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("question"));
    setWindowTitle(tr("Orrery"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    setAccessibleName(text);
    setAccessibleDescription(more);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * metric::large, 2 * metric::large, 2 * metric::large,
                               metric::large);
    column->setSpacing(metric::medium);
    auto *what = new ProseLabel(this);
    what->setText(text);
    QFont bold = what->font();
    bold.setWeight(QFont::DemiBold);
    what->setFont(bold);
    auto *consequence = new ProseLabel(this);
    consequence->setText(more);
    consequence->setProperty("muted", true);
    for (ProseLabel *label : {what, consequence}) {
        label->setMinimumWidth(360);
        column->addWidget(label);
    }
    column->addSpacing(metric::large);
    auto *row = new QHBoxLayout;
    row->setSpacing(metric::medium);
    row->addStretch();
    auto *doIt = new QPushButton(yes, this);
    doIt->setObjectName(QStringLiteral("questionYes"));
    doIt->setAutoDefault(false);
    auto *leave = new QPushButton(no, this);
    leave->setObjectName(QStringLiteral("questionNo"));
    leave->setProperty("primary", true);
    leave->setDefault(true);
    for (QPushButton *button : {doIt, leave}) {
        button->setAccessibleName(QString(button->text()).remove(QLatin1Char('&')));
        row->addWidget(button);
    }
    column->addLayout(row);
    connect(doIt, &QPushButton::clicked, this, &QDialog::accept);
    connect(leave, &QPushButton::clicked, this, &QDialog::reject);
    leave->setFocus();
}

} // namespace orrery::ui
