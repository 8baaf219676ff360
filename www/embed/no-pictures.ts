/** In the files of an embedded figure there are no pictures: the mixture and its code would be a third more. */
import { LabError } from '../lab/error';
import { PICTURES_ELSEWHERE } from '../words/own-later';
import { fault, saying } from '../words/says';

export class Pictures {
  constructor() {
    throw new LabError(fault('unsupported', 'mixture', saying(PICTURES_ELSEWHERE)));
  }
}

/** What lessons measure of them, and what fits own data to show them. */
export { Pictures as ManyFit, Pictures as OnPictures };
