import { Button, Space } from 'antd'
import { lazy } from 'react'
import { Link, useParams } from 'react-router'

const PARTS = {
  parts: lazy(() => import('./PartsPart')),
  list: lazy(() => import('./ListPart')),
  charts: lazy(() => import('./ChartsPart')),
  inputs: lazy(() => import('./InputsPart')),
}

function Broken(): never {
  throw new Error('made to break')
}

/** Every component with made-up data, to look at while building. Not in a build. */
export function Component() {
  const { part = 'parts' } = useParams()
  if (part === 'broken') return <Broken />
  const Part = PARTS[part as keyof typeof PARTS] ?? PARTS.parts
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
