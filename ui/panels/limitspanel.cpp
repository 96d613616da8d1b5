// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/limitspanel.h"

#include "ui/format/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/tabletools.h"
#include "ui/widgets/plainlabel.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QTableView>
#include <QTabWidget>
#include <QVBoxLayout>

namespace orrery::ui {

LimitsPanel::LimitsPanel(const EmptyActions &actions, QWidget *parent) : Panel(parent)
{
    auto *tabs = new QTabWidget;
    tabs->setDocumentMode(true);
    tabs->setAccessibleName(tr("Rate limits as a chart or a table"));
    auto *chart = new QWidget;
    auto *column = new QVBoxLayout(chart);
    column->setContentsMargins(metric::medium, 6, metric::medium, 6);
    column->setSpacing(metric::small);
    m_summary = new PlainLabel(chart);
    m_summary->setProperty("muted", true);
    m_summary->setWordWrap(true);
    column->addWidget(m_summary);
    m_tokens = new LimitChart(tr("tokens/min"), chart);
    m_tokens->setAccessibleName(tr("Tokens of the last minute"));
    column->addWidget(m_tokens, 1);
    m_requests = new LimitChart(tr("requests/min"), chart);
    m_requests->setAccessibleName(tr("Requests of the last minute"));
    m_requests->setCompact(true);
    column->addWidget(m_requests);
    m_card = makeCard();
    column->addWidget(m_card);
    tabs->addTab(chart, tr("Chart"));

    m_table = new QTableView;
    m_table->setObjectName(QStringLiteral("limitsTable"));
    prepareTable(m_table, tr("What the limiter did"));
    tabs->addTab(m_table, tr("Table"));
    for (LimitChart *each : {m_tokens, m_requests})
        connect(each, &LimitChart::markActivated, this, &LimitsPanel::setSentence);
    setContent(tabs, QStringLiteral("limits"),
               tr("The last minute of tokens and requests against their limits, and why a call had "
                  "to wait."),
               actions);
}

QFrame *LimitsPanel::makeCard()
{
    auto *card = new QFrame;
    card->setProperty("bar", "warning");
    auto *row = new QHBoxLayout(card);
    row->setContentsMargins(metric::medium, 6, metric::medium, 6);
    m_sentence = new PlainLabel(card);
    m_sentence->setObjectName(QStringLiteral("denialSentence"));
    m_sentence->setWordWrap(true);
    m_sentence->setTextFormat(Qt::PlainText);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row->addWidget(m_sentence);
    card->hide();
    return card;
}

void LimitsPanel::setModel(QAbstractItemModel *model)
{
    m_table->setModel(model);
    setPlaceholder(m_table, tr("The limiter has not been asked yet."));
}

void LimitsPanel::setSentence(const QString &sentence)
{
    m_sentence->setText(format::keepNumbersWhole(sentence));
    m_card->setVisible(!sentence.isEmpty());
}

void LimitsPanel::setLatest(const QString &sentence)
{
    if (sentence == m_latest)
        return;
    m_latest = sentence;
    setSentence(sentence);
}

QString LimitsPanel::sentence() const { return m_sentence->text(); }

void LimitsPanel::setSummary(const QString &text)
{
    m_summary->setText(text);
    m_tokens->setAccessibleDescription(text);
}

void LimitsPanel::focusFilter()
{
    if (auto *tabs = findChild<QTabWidget *>())
        tabs->setCurrentWidget(m_table);
    m_table->setFocus();
}

} // namespace orrery::ui
