import { Button, Space } from 'antd'
import { Link, useParams } from 'react-router'
import ChartsPart from './ChartsPart'
import InputsPart from './InputsPart'
import ListPart from './ListPart'
import PartsPart from './PartsPart'

const PARTS = { parts: PartsPart, list: ListPart, charts: ChartsPart, inputs: InputsPart }

function Broken(): never {
  throw new Error('made to break')
}

/** Every component with made-up data, to look at while building. Not in a build. */
export function Component() {
  const { part = 'parts' } = useParams()
  if (part === 'broken') return <Broken />
  const Part = PARTS[part as keyof typeof PARTS] ?? PartsPart
  return (
    <>
      <Space style={{ marginBottom: 16 }}>
        {Object.keys(PARTS).map((key) => (
          <Link key={key} to={`/gallery/${key}`}>
            <Button size="small" type={key === part ? 'primary' : 'default'}>
              {key}
            </Button>
          </Link>
        ))}
      </Space>
      <Part />
    </>
  )
}
