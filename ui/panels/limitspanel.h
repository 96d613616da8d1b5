// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/widgets/limitchart.h"

class QAbstractItemModel;
class QFrame;
class QLabel;
class QTableView;

namespace orrery::ui {

/// The sliding minute of tokens and requests, and the sentence that explains the last refusal or wait.
class LimitsPanel : public Panel
{
    Q_OBJECT
public:
    explicit LimitsPanel(const EmptyActions &actions, QWidget *parent = nullptr);
    LimitChart *tokensChart() const { return m_tokens; }
    LimitChart *requestsChart() const { return m_requests; }
    QTableView *table() const { return m_table; }
    void setModel(QAbstractItemModel *model);
    void setSentence(const QString &sentence);
    /// The newest wait or refusal; one that was shown before does not push away what the person chose.
    void setLatest(const QString &sentence);
    QString sentence() const;
    /// `held` in words beside the charts, for people who do not see them.
    void setSummary(const QString &text);
    void focusFilter() override;

private:
    QFrame *makeCard();

    LimitChart *m_tokens;
    LimitChart *m_requests;
    QLabel *m_summary;
    QFrame *m_card;
    QLabel *m_sentence;
    QString m_latest;
    QTableView *m_table;
};

} // namespace orrery::ui
