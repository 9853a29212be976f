/** Accuracy by confidence: a perfectly calibrated model is on the diagonal. */
export function CalibrationPlot({
  points,
}: {
  points: readonly { confidence: number; accuracy: number; pairs: number }[]
}) {
  const x = (confidence: number) => 30 + 200 * (confidence - 0.5) * 2
  const y = (accuracy: number) => 150 - 140 * accuracy
  return (
    <figure className="calibration">
      <svg width={250} height={180} role="img" aria-label="Accuracy by confidence; the numbers are below">
        <line x1={x(0.5)} y1={y(0.5)} x2={x(1)} y2={y(1)} stroke="currentColor" strokeDasharray="3 3" />
        <line x1={30} y1={150} x2={230} y2={150} stroke="currentColor" />
        <line x1={30} y1={10} x2={30} y2={150} stroke="currentColor" />
        {points.map(({ confidence, accuracy, pairs }) => (
          <circle
            key={confidence}
            cx={x(confidence)}
            cy={y(accuracy)}
            r={2 + Math.sqrt(pairs)}
            fill="#0072B2"
          >
            <title>
              confidence {confidence.toFixed(2)}, accuracy {accuracy.toFixed(2)}, {pairs} pairs
            </title>
          </circle>
        ))}
        <text x={130} y={174} textAnchor="middle" fill="currentColor" fontSize={12}>
          confidence, 0.5 to 1
        </text>
        <text x={36} y={18} fill="currentColor" fontSize={12}>
          accuracy
        </text>
      </svg>
      <details>
        <summary>Numbers</summary>
        <table className="table">
          <tbody>
            {points.map(({ confidence, accuracy, pairs }) => (
              <tr key={confidence}>
                <td>{confidence.toFixed(2)}</td>
                <td>{accuracy.toFixed(2)}</td>
                <td>{pairs}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
