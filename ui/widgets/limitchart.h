// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/limitmarks.h"

#include <QWidget>

#include <optional>

namespace orrery::ui {

/// What the sliding minute held from `timeMs` on, until the next step.
struct WindowStep {
    qint64 timeMs = 0;
    QList<double> held;  ///< settled, by the agent's place in the team
    double reserved = 0; ///< of all agents, not settled yet

    double sum() const;
};

struct ChartAgent {
    int index = 0;
    QString name;
};

/// A strip of the last minute, or of as much of it as a young run has, and what is to come: the stepped area of what
/// the sliding 60 seconds held, stacked by agent, what is only reserved hatched on top, the limit as a line, a shape for
/// each wait and refusal, a tick for each call, and as a dotted line what leaves if nothing is added.
class LimitChart : public QWidget
{
    Q_OBJECT
public:
    static constexpr qint64 windowMs = 60000;
    static constexpr qint64 forecastMs = 15000;

    explicit LimitChart(const QString &unit, QWidget *parent = nullptr);

    /// Steps and marks from `nowMs - windowMs` on, in order of time; steps up to `nowMs + forecastMs`.
    void setData(QList<WindowStep> steps, QList<MarkAt> marks, std::optional<double> limit,
                 qint64 nowMs);
    /// Whose colours the areas have.
    void setAgents(QList<ChartAgent> agents);
    /// A low strip without legend, marks and times.
    void setCompact(bool compact);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    /// How much of the past is shown when the oldest thing to show is so old: 20, 40 or 60 s.
    static qint64 spanFor(qint64 ageMs);

signals:
    void markActivated(const QString &sentence);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    bool event(QEvent *event) override;

private:
    void layOut();
    const QRectF &plot() const { return m_plot; }
    qreal xOf(qint64 timeMs) const;
    qreal yOf(double amount) const;
    qreal markY() const;
    void paintLegend(QPainter &painter) const;
    void paintAxes(QPainter &painter) const;
    void paintStep(QPainter &painter, const WindowStep &step, qint64 untilMs) const;
    void paintForecast(QPainter &painter) const;
    void paintLimit(QPainter &painter) const;
    void paintMarks(QPainter &painter) const;
    QList<MarkCluster> clusters() const;
    const MarkAt *markNear(const QPointF &at) const;

    QString m_unit;
    QList<WindowStep> m_steps;
    QList<MarkAt> m_marks;
    QList<ChartAgent> m_agents;
    std::optional<double> m_limit;
    qint64 m_nowMs = 0;
    qint64 m_spanMs = windowMs;
    double m_top = 1;
    bool m_compact = false;
    QRectF m_plot; ///< depends on size and font alone; each of a thousand points asks for it
};

} // namespace orrery::ui
